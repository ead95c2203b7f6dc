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
CREATE INDEX plates_by_payer ON plates (payer_id) WHERE payer_id IS NOT NULL;

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
  -- Changes of a stay that the merchant was told of, and business time of the last one.
  state_changes INTEGER NOT NULL DEFAULT 0,
  state_update_time BIGINT NOT NULL DEFAULT 0,
  UNIQUE (mchid, out_parking_no)
);
-- Lists have the newest first.
CREATE INDEX parkings_newest ON parkings (create_time, id);
CREATE INDEX parkings_by_plate ON parkings (plate_number, plate_color, create_time);

-- Of a plate's entries the newest alone can be charged; this row is also the lock for entries of one plate.
CREATE TABLE latest_parkings (
  plate_number TEXT NOT NULL,
  plate_color TEXT NOT NULL,
  parking_id TEXT NOT NULL REFERENCES parkings (id),
  PRIMARY KEY (plate_number, plate_color)
);

CREATE TABLE transactions (
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  out_trade_no TEXT NOT NULL,
  appid TEXT NOT NULL,
  sub_mchid TEXT NOT NULL,
  sub_appid TEXT NOT NULL,
  description TEXT NOT NULL,
  attach TEXT NOT NULL,
  goods_tag TEXT NOT NULL,
  notify_url TEXT NOT NULL,
  profit_sharing TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  transaction_id TEXT,
  trade_state TEXT NOT NULL CHECK (trade_state IN ('ACCEPTED', 'SUCCESS', 'PAY_FAIL', 'REFUND')),
  success_time BIGINT,
  bank_type TEXT,
  user_repaid TEXT,
  parking_id TEXT NOT NULL REFERENCES parkings (id),
  -- JSON with the eight fields, as they were sent.
  parking_info TEXT NOT NULL,
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  openid TEXT NOT NULL,
  sub_openid TEXT NOT NULL,
  total BIGINT NOT NULL,
  currency TEXT NOT NULL,
  payer_total BIGINT,
  discount_total BIGINT,
  -- JSON array; empty text when no coupon was used.
  promotion_detail TEXT NOT NULL DEFAULT '',
  content_digest TEXT NOT NULL,
  deduction_attempts INTEGER NOT NULL DEFAULT 0,
  -- Business time of the next deduction; null once the order has an end.
  due_at BIGINT,
  -- What a paid order was worth to its merchant before the fee, the fee, and its rate in hundredths of a percent.
  settlement_total BIGINT,
  fee BIGINT,
  fee_rate INTEGER,
  -- Refunds that were accepted and not closed: their sum, how many there were, and when the last one was accepted.
  refund_total BIGINT NOT NULL DEFAULT 0,
  refund_count INTEGER NOT NULL DEFAULT 0,
  last_refund_time BIGINT,
  -- Attempts of earlier charges under the same number, which have failed.
  attempts_before INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mchid, out_trade_no)
);
-- Without those that have none yet, so that an acceptance writes to one index less.
CREATE UNIQUE INDEX transactions_by_id ON transactions (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX transactions_due ON transactions (due_at) WHERE due_at IS NOT NULL;
-- An entry is charged at most once at a time: only a failed order leaves room for another.
CREATE UNIQUE INDEX transactions_by_parking ON transactions (parking_id) WHERE trade_state <> 'PAY_FAIL';
CREATE INDEX transactions_newest ON transactions (create_time, mchid, out_trade_no);
-- What an entry's page shows, without another index to write to for orders that are paid and notices of orders.
CREATE INDEX failed_transactions_by_parking ON transactions (parking_id) WHERE trade_state = 'PAY_FAIL';
-- What bills read.
CREATE INDEX transactions_by_success ON transactions (mchid, success_time, out_trade_no) WHERE success_time IS NOT NULL;

-- Order numbers that another payment product of the merchant has used: one number space serves all products.
CREATE TABLE other_product_orders (
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  out_trade_no TEXT NOT NULL,
  product TEXT NOT NULL,
  PRIMARY KEY (mchid, out_trade_no)
);
