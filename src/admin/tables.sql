-- Replays of notices, each under the name that the caller gave it, so that a repeated one sends nothing.
CREATE TABLE notice_replays (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  replay_id TEXT NOT NULL,
  PRIMARY KEY (notice_id, replay_id)
);

-- Resets and restorations of the sandbox, each under its name; they outlive what they do to it.
CREATE TABLE sandbox_changes (
  id TEXT PRIMARY KEY,
  -- Empty for a reset.
  snapshot TEXT NOT NULL,
  business_time BIGINT NOT NULL,
  wall_time BIGINT NOT NULL
);

-- What somebody who changes the sandbox by the administration API has to remember, such as how to put it back.
CREATE TABLE reminders (
  reminder_id TEXT PRIMARY KEY,
  text TEXT NOT NULL
);
