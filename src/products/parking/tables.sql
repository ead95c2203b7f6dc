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
  UNIQUE (mchid, out_parking_no)
);

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
  owner_id TEXT NOT NULL REFERENCES owners (owner_id),
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
  PRIMARY KEY (mchid, out_trade_no)
);
-- Without those that have none yet, so that an acceptance writes to one index less.
CREATE UNIQUE INDEX transactions_by_id ON transactions (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX transactions_due ON transactions (due_at) WHERE due_at IS NOT NULL;
-- An entry is charged at most once at a time: only a failed order leaves room for another.
CREATE UNIQUE INDEX transactions_by_parking ON transactions (parking_id) WHERE trade_state <> 'PAY_FAIL';

-- Order numbers that another payment product of the merchant has used: one number space serves all products.
CREATE TABLE other_product_orders (
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  out_trade_no TEXT NOT NULL,
  product TEXT NOT NULL,
  PRIMARY KEY (mchid, out_trade_no)
);
