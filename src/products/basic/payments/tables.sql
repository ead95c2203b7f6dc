-- What a basic payment has beside its order.
CREATE TABLE basic_payments (
  mchid TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  -- The prepay call that has ordered it.
  kind TEXT NOT NULL CHECK (kind IN ('JSAPI', 'MINI_PROGRAM', 'APP', 'H5', 'NATIVE')),
  -- By which a payer finds it: a prepay_id, or the end of a code_url; and business time at which it was given.
  session TEXT NOT NULL,
  session_time BIGINT NOT NULL,
  -- The only one who can pay it: known at once with an openid, otherwise who has opened it first.
  payer_id TEXT REFERENCES payers (payer_id),
  attempts INTEGER NOT NULL DEFAULT 0,
  -- The source of the attempt that a bank has not answered; null when there is none, empty when the payer has chosen none.
  asking TEXT,
  -- Business time at which the bank is asked again or the order is closed; null once it is paid or closed.
  due_at BIGINT,
  PRIMARY KEY (mchid, out_trade_no),
  FOREIGN KEY (mchid, out_trade_no) REFERENCES orders (mchid, out_trade_no)
);
CREATE UNIQUE INDEX basic_payments_by_session ON basic_payments (session);
CREATE INDEX basic_payments_due ON basic_payments (due_at) WHERE due_at IS NOT NULL;

-- Sessions of orders that were ordered again. They can be used as long as they are valid, but for codes, which a new one replaces.
CREATE TABLE earlier_prepay_sessions (
  session TEXT PRIMARY KEY,
  session_time BIGINT NOT NULL,
  mchid TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  FOREIGN KEY (mchid, out_trade_no) REFERENCES basic_payments (mchid, out_trade_no)
);

-- What payers have done, each under its id, so that the same call again does nothing.
CREATE TABLE payer_payments (
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  payment_id TEXT NOT NULL,
  content_digest TEXT NOT NULL,
  -- Empty when no order was found.
  mchid TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('PAID', 'PROCESSING', 'CANCELLED', 'REFUSED')),
  -- What the payer was shown, and as a JSON list why; empty when nothing was refused.
  shown TEXT NOT NULL,
  explanation TEXT NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (payer_id, payment_id)
);
CREATE INDEX payer_payments_newest ON payer_payments (payer_id, create_time, payment_id);
CREATE INDEX payer_payments_waiting ON payer_payments (mchid, out_trade_no) WHERE state = 'PROCESSING';

-- The domains from which a merchant may send payers to its H5 orders; a merchant without any may do so from everywhere.
CREATE TABLE h5_domains (
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  domain TEXT NOT NULL,
  PRIMARY KEY (mchid, domain)
);
