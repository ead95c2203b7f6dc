-- Transfers can be pending: money that is promised but has not moved. An account's minimum says how far it may go down;
-- without one it mirrors money outside the platform. The order's number becomes the subject of everything that moves for it.
CREATE TABLE ledger_accounts (
  account TEXT PRIMARY KEY,
  -- What is posted: credits less debits.
  balance BIGINT NOT NULL DEFAULT 0,
  pending_debits BIGINT NOT NULL DEFAULT 0 CHECK (pending_debits >= 0),
  pending_credits BIGINT NOT NULL DEFAULT 0 CHECK (pending_credits >= 0),
  minimum BIGINT DEFAULT 0,
  CHECK (minimum IS NULL OR balance - pending_debits >= minimum),
  -- What a JSON number can hold.
  CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991
     AND pending_debits <= 9007199254740991 AND pending_credits <= 9007199254740991)
);

CREATE TABLE ledger_transfers (
  -- What the money moves for, such as `order/1230000109/20150806125346`.
  subject TEXT NOT NULL,
  -- The movement among those of its subject, such as `charge/1/wallet`; nothing can be posted twice under one name.
  entry TEXT NOT NULL,
  kind TEXT NOT NULL,
  debit_account TEXT NOT NULL REFERENCES ledger_accounts (account),
  credit_account TEXT NOT NULL REFERENCES ledger_accounts (account),
  amount BIGINT NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL CHECK (state IN ('PENDING', 'POSTED', 'VOIDED')),
  -- Business time of the last change of the state.
  business_time BIGINT NOT NULL,
  PRIMARY KEY (subject, entry)
);
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (credit_account, business_time);
-- An order has at most one charge that is not taken back.
CREATE UNIQUE INDEX ledger_transfers_one_charge ON ledger_transfers (subject) WHERE kind = 'charge' AND state <> 'VOIDED';
