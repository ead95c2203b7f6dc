-- A payer's bank cards. They are tried in the order of their positions, the wallet among them.
CREATE TABLE cards (
  card_id TEXT PRIMARY KEY,
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  bank_type TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'NORMAL' CHECK (state IN ('NORMAL', 'REMOVED'))
);
CREATE INDEX cards_by_payer ON cards (payer_id, position) WHERE state = 'NORMAL';

-- What a bank was asked to pay. The payment's id is what the bank knows it by: asked again, it pays nothing twice.
CREATE TABLE bank_payments (
  payment_id TEXT PRIMARY KEY,
  -- The subject of its transfers in the ledger.
  subject TEXT NOT NULL,
  card_id TEXT NOT NULL REFERENCES cards (card_id),
  attempt INTEGER NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL CHECK (state IN ('PENDING', 'APPROVED', 'NO_FUNDS', 'REFUSED')),
  -- How often the bank was asked without a clear answer.
  unanswered INTEGER NOT NULL DEFAULT 0,
  business_time BIGINT NOT NULL,
  -- JSON of what the payment completes, for the moment when the bank says yes.
  completes TEXT NOT NULL DEFAULT ''
);
CREATE INDEX bank_payments_by_subject ON bank_payments (subject, attempt);
CREATE UNIQUE INDEX bank_payments_one_pending ON bank_payments (subject) WHERE state = 'PENDING';

-- The scripted bank's own books: they belong to no transaction of the platform.
CREATE TABLE scripted_cards (
  card_id TEXT PRIMARY KEY,
  available BIGINT NOT NULL CHECK (available >= 0),
  -- How the bank answers; see scripted-bank.ts.
  behaviour TEXT NOT NULL,
  -- How a card's bank takes refunds.
  refund_behaviour TEXT NOT NULL DEFAULT 'APPROVE'
);

CREATE TABLE scripted_payments (
  payment_id TEXT PRIMARY KEY,
  card_id TEXT NOT NULL,
  amount BIGINT NOT NULL,
  -- The card's, when the bank was asked first.
  behaviour TEXT NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  -- What the bank has decided, whether or not it has said so; null before.
  outcome TEXT CHECK (outcome IN ('approved', 'no_funds', 'refused'))
);

-- Money that the platform paid a merchant for a payer without funds.
CREATE TABLE advances (
  -- The ledger's subject of the order.
  subject TEXT PRIMARY KEY,
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  amount BIGINT NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL CHECK (state IN ('OPEN', 'OVERDUE', 'REPAID')),
  advance_time BIGINT NOT NULL,
  -- When an open one becomes arrears; null once it has.
  due_at BIGINT,
  repaid_time BIGINT
);
-- Lists have the newest first.
CREATE INDEX advances_by_payer ON advances (payer_id, advance_time, subject);
CREATE INDEX advances_unpaid ON advances (payer_id, advance_time) WHERE state <> 'REPAID';
CREATE INDEX advances_due ON advances (due_at) WHERE due_at IS NOT NULL;

-- A payer pays back. From the wallet that is done at once, from a card when the bank has answered.
CREATE TABLE repayments (
  repayment_id TEXT PRIMARY KEY,
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  -- `wallet` or a card's id.
  source TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL CHECK (state IN ('PENDING', 'PAID', 'FAILED')),
  -- Why it failed; empty otherwise.
  failure TEXT NOT NULL DEFAULT '',
  create_time BIGINT NOT NULL,
  -- When the bank is asked (again); null once it has answered.
  due_at BIGINT
);
CREATE INDEX repayments_due ON repayments (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX repayments_one_pending ON repayments (payer_id) WHERE state = 'PENDING';

CREATE TABLE repaid_advances (
  repayment_id TEXT NOT NULL REFERENCES repayments (repayment_id),
  subject TEXT NOT NULL REFERENCES advances (subject),
  PRIMARY KEY (repayment_id, subject)
);

-- A batch of coupons (优惠批次).
CREATE TABLE coupon_stocks (
  stock_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('GLOBAL', 'SINGLE')),
  -- CASH is paid from money put aside for it, NOCASH makes the merchant receive less.
  type TEXT NOT NULL CHECK (type IN ('CASH', 'NOCASH')),
  -- The merchant numbers whose charges it is good for are in `coupon_stock_merchants`; none there means all.
  amount BIGINT NOT NULL CHECK (amount > 0),
  wechatpay_contribute BIGINT NOT NULL DEFAULT 0,
  merchant_contribute BIGINT NOT NULL DEFAULT 0,
  other_contribute BIGINT NOT NULL DEFAULT 0,
  -- The lowest total of a charge that it is good for.
  transaction_minimum BIGINT NOT NULL DEFAULT 0,
  -- The charge must carry this tag; empty for any charge.
  goods_tag TEXT NOT NULL DEFAULT '',
  available_begin_time BIGINT NOT NULL,
  available_end_time BIGINT NOT NULL,
  max_coupons INTEGER NOT NULL,
  max_coupons_per_payer INTEGER NOT NULL,
  distributed_coupons INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('RUNNING', 'ENDED')),
  create_time BIGINT NOT NULL,
  -- When coupons are to expire and money is to go back: the end at first, null once both are done.
  due_at BIGINT,
  -- How often money has gone back.
  returns INTEGER NOT NULL DEFAULT 0,
  CHECK (wechatpay_contribute + merchant_contribute + other_contribute = amount),
  CHECK (distributed_coupons <= max_coupons)
);
CREATE INDEX coupon_stocks_due ON coupon_stocks (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE coupon_stock_merchants (
  stock_id TEXT NOT NULL REFERENCES coupon_stocks (stock_id),
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  PRIMARY KEY (stock_id, mchid)
);

CREATE TABLE coupons (
  coupon_id TEXT PRIMARY KEY,
  stock_id TEXT NOT NULL REFERENCES coupon_stocks (stock_id),
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  -- LOCKED while a bank has not answered.
  state TEXT NOT NULL CHECK (state IN ('SENDED', 'LOCKED', 'USED', 'EXPIRED')),
  -- The ledger's subject of the order that uses it; empty while it is free.
  subject TEXT NOT NULL DEFAULT '',
  create_time BIGINT NOT NULL,
  use_time BIGINT
);
CREATE INDEX coupons_free ON coupons (payer_id) WHERE state = 'SENDED';
CREATE INDEX coupons_by_stock ON coupons (stock_id, payer_id, coupon_id);
-- What lists read.
CREATE INDEX coupons_in_stock ON coupons (stock_id, coupon_id);
CREATE INDEX coupons_by_payer ON coupons (payer_id, coupon_id);
-- What is left to do when a stock ends.
CREATE INDEX coupons_unused ON coupons (stock_id) WHERE state = 'SENDED';
CREATE INDEX coupons_locked ON coupons (stock_id) WHERE state = 'LOCKED';
CREATE INDEX coupons_by_subject ON coupons (subject) WHERE subject <> '';

-- Money of charges with profit_sharing=Y, held back until it is released.
CREATE TABLE profit_sharing_holds (
  subject TEXT PRIMARY KEY,
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  amount BIGINT NOT NULL CHECK (amount > 0),
  -- When it is released by itself; null once it is.
  due_at BIGINT,
  released_time BIGINT
);
CREATE INDEX profit_sharing_holds_due ON profit_sharing_holds (due_at) WHERE due_at IS NOT NULL;

-- The days whose collections have become available to their merchants.
CREATE TABLE settled_days (
  day TEXT PRIMARY KEY,
  settled_time BIGINT NOT NULL
);

-- Refunds that the scripted banks were asked to take, in their own books.
CREATE TABLE scripted_refunds (
  refund_id TEXT PRIMARY KEY,
  card_id TEXT NOT NULL,
  amount BIGINT NOT NULL,
  -- The card's, when the bank was asked first.
  behaviour TEXT NOT NULL,
  asked INTEGER NOT NULL DEFAULT 0,
  -- What the bank has decided, whether or not it has said so; null before.
  outcome TEXT CHECK (outcome IN ('approved', 'no_funds', 'refused'))
);
