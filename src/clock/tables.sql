-- Business time of all nodes: what it is apart from wall time, or where it stands still. One row.
CREATE TABLE business_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Added to wall time while business time runs, in milliseconds.
  offset_ms BIGINT NOT NULL,
  -- Milliseconds; null while business time runs.
  frozen_at BIGINT,
  -- Business time that may be in rows by now, in milliseconds, while it runs: no node shows an earlier one, whatever its host's
  -- clock says. It is a few seconds ahead, so that it is not written with each transaction.
  reached BIGINT NOT NULL DEFAULT 0
);

-- Moves of business time, each under the name that the caller gave it, so that a repeated one goes on instead of anew.
CREATE TABLE clock_moves (
  move_id TEXT PRIMARY KEY,
  from_time BIGINT NOT NULL,
  to_time BIGINT NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0,
  -- JSON of how many pieces of each job were done; empty until the move is finished.
  done TEXT NOT NULL DEFAULT ''
);
-- One move comes after the other.
CREATE UNIQUE INDEX clock_moves_one_unfinished ON clock_moves (finished) WHERE finished = 0;
INSERT INTO business_clock (id, offset_ms, frozen_at) VALUES (1, 0, NULL);
