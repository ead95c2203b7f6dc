-- Every account starts at zero and changes by transfers alone, so all balances sum to zero.
CREATE TABLE ledger_accounts (
  account TEXT PRIMARY KEY,
  balance BIGINT NOT NULL DEFAULT 0,
  -- 1 for the books that mirror the outside world; all others never go below zero.
  may_be_negative INTEGER NOT NULL DEFAULT 0,
  CHECK (balance >= 0 OR may_be_negative = 1)
);

-- One movement of money. The id names its cause, so that nothing can be posted twice for it.
CREATE TABLE ledger_transfers (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  debit_account TEXT NOT NULL REFERENCES ledger_accounts (account),
  credit_account TEXT NOT NULL REFERENCES ledger_accounts (account),
  amount BIGINT NOT NULL CHECK (amount > 0),
  business_time BIGINT NOT NULL
);
CREATE INDEX ledger_transfers_by_debit ON ledger_transfers (debit_account, business_time);
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (credit_account, business_time);
