-- Written to see whether the store can be written. One row.
CREATE TABLE store_checks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Milliseconds.
  wall_time BIGINT NOT NULL
);
INSERT INTO store_checks (id, wall_time) VALUES (1, 0);
