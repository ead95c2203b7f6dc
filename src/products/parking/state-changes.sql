-- Changes of a stay that the merchant was told of, and business time of the last one.
ALTER TABLE parkings ADD COLUMN state_changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parkings ADD COLUMN state_update_time BIGINT NOT NULL DEFAULT 0;
