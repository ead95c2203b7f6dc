-- Attempts of earlier charges under the same number, which have failed.
ALTER TABLE transactions ADD COLUMN attempts_before INTEGER NOT NULL DEFAULT 0;
