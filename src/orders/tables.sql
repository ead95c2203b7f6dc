-- Orders of all payment products: one number space of each merchant serves them all.
CREATE TABLE orders (
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  out_trade_no TEXT NOT NULL,
  -- The name of the product that made it, and how notices and bills call the way of paying, such as PAP.
  product TEXT NOT NULL,
  trade_type TEXT NOT NULL,
  appid TEXT NOT NULL,
  sub_mchid TEXT NOT NULL,
  sub_appid TEXT NOT NULL,
  description TEXT NOT NULL,
  attach TEXT NOT NULL,
  goods_tag TEXT NOT NULL,
  notify_url TEXT NOT NULL,
  profit_sharing TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  -- Until when it can be paid; null when nothing ends that.
  time_expire BIGINT,
  transaction_id TEXT,
  trade_state TEXT NOT NULL,
  success_time BIGINT,
  bank_type TEXT,
  user_repaid TEXT,
  -- JSON that only the product understands.
  scene TEXT NOT NULL,
  -- Null, and the openids empty, until it is known who pays.
  payer_id TEXT REFERENCES payers (payer_id),
  openid TEXT NOT NULL,
  sub_openid TEXT NOT NULL,
  total BIGINT NOT NULL,
  currency TEXT NOT NULL,
  payer_total BIGINT,
  discount_total BIGINT,
  -- JSON array; empty text when no coupon was used.
  promotion_detail TEXT NOT NULL DEFAULT '',
  content_digest TEXT NOT NULL,
  -- What a paid order was worth to its merchant before the fee, the fee, and its rate in hundredths of a percent.
  settlement_total BIGINT,
  fee BIGINT,
  fee_rate INTEGER,
  -- Refunds that were accepted and not closed: their sum, how many there were, and when the last one was accepted.
  refund_total BIGINT NOT NULL DEFAULT 0,
  refund_count INTEGER NOT NULL DEFAULT 0,
  last_refund_time BIGINT,
  PRIMARY KEY (mchid, out_trade_no)
);
-- Without those that have none yet, so that a new order writes to one index less.
CREATE UNIQUE INDEX orders_by_id ON orders (transaction_id) WHERE transaction_id IS NOT NULL;
-- What lists read. Two have the states apart, so that the few that are in one are found among a million.
CREATE INDEX orders_by_state ON orders (trade_state, create_time, mchid, out_trade_no);
CREATE INDEX orders_by_merchant ON orders (mchid, trade_state, create_time, out_trade_no);
CREATE INDEX orders_by_payer ON orders (payer_id, create_time, mchid, out_trade_no) WHERE payer_id IS NOT NULL;
CREATE INDEX orders_by_product ON orders (product, create_time, mchid, out_trade_no);
-- What bills read.
CREATE INDEX orders_by_success ON orders (mchid, success_time, out_trade_no) WHERE success_time IS NOT NULL;
