-- A bill is made once for a day and has the same bytes for ever. One without rows says that nothing happened; it has no file.
CREATE TABLE bills (
  bill_id TEXT PRIMARY KEY,
  -- Whose bill: the merchant number that applies, or for fund flows the one that has the account.
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  -- One sub-merchant of a provider's trade bill; empty for all.
  sub_mchid TEXT NOT NULL,
  -- Such as `2026-06-01`.
  bill_date TEXT NOT NULL,
  -- `TRADE` with ALL, SUCCESS, REFUND, or `FUND_FLOW` with BASIC, OPERATION, FEES.
  kind TEXT NOT NULL CHECK (kind IN ('TRADE', 'FUND_FLOW')),
  type TEXT NOT NULL,
  -- Detail rows.
  row_count BIGINT NOT NULL,
  -- Of the file, and of the file compressed.
  byte_length BIGINT NOT NULL,
  gzip_length BIGINT NOT NULL,
  -- Hexadecimal, of the file.
  sha1 TEXT NOT NULL,
  made_time BIGINT NOT NULL,
  UNIQUE (mchid, sub_mchid, bill_date, kind, type)
);
-- Lists have the newest first.
CREATE INDEX bills_newest ON bills (made_time, bill_id);
CREATE INDEX bills_by_merchant ON bills (mchid, made_time, bill_id);
CREATE INDEX bills_by_day ON bills (bill_date, made_time, bill_id);
CREATE INDEX bills_by_merchant_and_day ON bills (mchid, bill_date, made_time, bill_id);

-- Bills whose pieces are being written, with the wall time at which that began.
CREATE TABLE bill_makings (
  bill_id TEXT PRIMARY KEY,
  begin_time BIGINT NOT NULL
);

-- The compressed file in pieces, in Base64.
CREATE TABLE bill_chunks (
  bill_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (bill_id, sequence)
);
