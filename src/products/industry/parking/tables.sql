-- Every plate that was ever seen has a row, which is the lock for its entries and its service; one that nobody opened has no payer.
CREATE TABLE plates (
  plate_number TEXT NOT NULL,
  plate_color TEXT NOT NULL,
  payer_id TEXT REFERENCES payers (payer_id),
  service_state TEXT NOT NULL CHECK (service_state IN ('NORMAL', 'PAUSE', 'OUT_SERVICE')),
  service_open_time BIGINT,
  CHECK ((service_state = 'OUT_SERVICE') = (payer_id IS NULL) AND (payer_id IS NULL) = (service_open_time IS NULL)),
  PRIMARY KEY (plate_number, plate_color)
);
CREATE INDEX plates_by_payer ON plates (payer_id, plate_number, plate_color) WHERE payer_id IS NOT NULL;

CREATE TABLE parkings (
  id TEXT PRIMARY KEY,
  -- The merchant number that called.
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  -- Empty in merchant mode.
  sub_mchid TEXT NOT NULL,
  out_parking_no TEXT NOT NULL,
  plate_number TEXT NOT NULL,
  plate_color TEXT NOT NULL,
  notify_url TEXT NOT NULL,
  -- As it was sent.
  start_time TEXT NOT NULL,
  parking_name TEXT NOT NULL,
  free_duration BIGINT NOT NULL,
  create_time BIGINT NOT NULL,
  content_digest TEXT NOT NULL,
  -- Changes of a stay that were reported to the merchant, and business time of the last one.
  state_changes INTEGER NOT NULL DEFAULT 0,
  state_update_time BIGINT NOT NULL DEFAULT 0,
  UNIQUE (out_parking_no, mchid)
);
-- Lists have the newest first.
CREATE INDEX parkings_newest ON parkings (create_time, id);
CREATE INDEX parkings_by_merchant ON parkings (mchid, create_time, id);
CREATE INDEX parkings_by_plate ON parkings (plate_number, create_time, id);

-- Of a plate's entries only the newest can be charged; this row is also the lock for entries of one plate.
CREATE TABLE latest_parkings (
  plate_number TEXT NOT NULL,
  plate_color TEXT NOT NULL,
  parking_id TEXT NOT NULL REFERENCES parkings (id),
  PRIMARY KEY (plate_number, plate_color)
);

-- What parking remembers of its orders beside what all orders have. A row is written before its order, because it says whether
-- the entry is free.
CREATE TABLE parking_charges (
  mchid TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  parking_id TEXT NOT NULL REFERENCES parkings (id),
  -- 1 once its order has failed, until it is charged again.
  failed INTEGER NOT NULL DEFAULT 0,
  deduction_attempts INTEGER NOT NULL DEFAULT 0,
  -- Attempts of earlier charges under the same number, which have failed.
  attempts_before INTEGER NOT NULL DEFAULT 0,
  -- Business time of the next deduction; null once the order has an end.
  due_at BIGINT,
  PRIMARY KEY (mchid, out_trade_no)
);
CREATE INDEX parking_charges_due ON parking_charges (due_at) WHERE due_at IS NOT NULL;
-- An entry is charged at most once at a time: only a failed order leaves room for another.
CREATE UNIQUE INDEX parking_charges_by_parking ON parking_charges (parking_id) WHERE failed = 0;
-- What an entry's page shows, without another index to write to for charges that have not failed.
CREATE INDEX failed_parking_charges ON parking_charges (parking_id) WHERE failed = 1;
