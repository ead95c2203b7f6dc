-- Business time that may be in rows by now, in milliseconds, while it runs: no node shows an earlier one, whatever its host's
-- clock says. It is a few seconds ahead, so that it is not written with each transaction.
ALTER TABLE business_clock ADD COLUMN reached BIGINT NOT NULL DEFAULT 0;
