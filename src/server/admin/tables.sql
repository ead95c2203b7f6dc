-- Replays of notices, each under the name that the caller gave it, so that a repeated one sends nothing.
CREATE TABLE notice_replays (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  replay_id TEXT NOT NULL,
  PRIMARY KEY (notice_id, replay_id)
);

-- Resets and restorations of the world, each under its name; they outlive what they do to it.
CREATE TABLE world_changes (
  id TEXT PRIMARY KEY,
  -- Empty for a reset.
  snapshot TEXT NOT NULL,
  business_time BIGINT NOT NULL,
  wall_time BIGINT NOT NULL
);

-- Lists have the newest first.
CREATE INDEX parkings_newest ON parkings (create_time, id);
CREATE INDEX parkings_by_plate ON parkings (plate_number, plate_color, create_time);
CREATE INDEX transactions_newest ON transactions (create_time, mchid, out_trade_no);
-- Ids of notices begin with their time, so their list needs no index of its own.
DROP INDEX notices_by_merchant;
