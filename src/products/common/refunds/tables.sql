CREATE TABLE refunds (
  -- The merchant number that called.
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  out_refund_no TEXT NOT NULL,
  refund_id TEXT NOT NULL UNIQUE,
  -- Empty in merchant mode.
  sub_mchid TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- Empty when there is no notice.
  notify_url TEXT NOT NULL,
  -- The account that was asked for; empty when none was.
  asked_funds_account TEXT NOT NULL,
  -- amount.from and goods_detail as sent, JSON; empty when there were none.
  amount_from TEXT NOT NULL,
  goods_detail TEXT NOT NULL,
  content_digest TEXT NOT NULL,
  refund BIGINT NOT NULL CHECK (refund > 0),
  total BIGINT NOT NULL,
  currency TEXT NOT NULL,
  payer_total BIGINT NOT NULL,
  payer_refund BIGINT NOT NULL CHECK (payer_refund >= 0),
  settlement_total BIGINT NOT NULL,
  settlement_refund BIGINT NOT NULL CHECK (settlement_refund >= 0),
  discount_refund BIGINT NOT NULL CHECK (discount_refund >= 0),
  -- The part of the fee that the merchant gets back.
  refund_fee BIGINT NOT NULL CHECK (refund_fee >= 0),
  -- JSON array with promotion_id, scope, type, amount, refund_amount; empty when no coupon was used.
  promotion_detail TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL')),
  channel TEXT NOT NULL CHECK (channel IN ('ORIGINAL', 'BALANCE', 'OTHER_BALANCE', 'OTHER_BANKCARD')),
  user_received_account TEXT NOT NULL,
  -- Where the payer's part goes: `wallet`, `advance`, `card/<card_id>`, `user_bank_card`, `merchant_bank_card`.
  destination TEXT NOT NULL,
  -- The merchant's account that paid; empty while the refund waits for money.
  funds_account TEXT NOT NULL,
  -- Business time, like all times here.
  create_time BIGINT NOT NULL,
  success_time BIGINT,
  abnormal_time BIGINT,
  closed_time BIGINT,
  -- How often a bank was asked without a clear answer.
  unanswered INTEGER NOT NULL DEFAULT 0,
  -- When something is to be done for it; null when nothing is.
  due_at BIGINT,
  PRIMARY KEY (mchid, out_refund_no),
  FOREIGN KEY (mchid, out_trade_no) REFERENCES orders (mchid, out_trade_no),
  CHECK (payer_refund + discount_refund = refund)
);
CREATE INDEX refunds_by_order ON refunds (mchid, out_trade_no, create_time, out_refund_no);
CREATE INDEX refunds_by_acceptance ON refunds (mchid, create_time, out_refund_no);
CREATE INDEX refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;
-- What lists read: each has the states apart, so that the few that are in one are found among a million.
CREATE INDEX refunds_by_status ON refunds (status, create_time, mchid, out_refund_no);
CREATE INDEX refunds_by_merchant ON refunds (mchid, status, create_time, out_refund_no);
CREATE INDEX refunds_by_number ON refunds (out_trade_no, create_time);
