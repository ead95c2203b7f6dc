-- What goes wrong on purpose. An empty filter fits everything; probability in hundredths of a percent.
CREATE TABLE faults (
  fault_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  call TEXT NOT NULL DEFAULT '',
  event_type TEXT NOT NULL DEFAULT '',
  mchid TEXT NOT NULL DEFAULT '',
  plate_number TEXT NOT NULL DEFAULT '',
  out_trade_no TEXT NOT NULL DEFAULT '',
  out_refund_no TEXT NOT NULL DEFAULT '',
  host TEXT NOT NULL DEFAULT '',
  probability INTEGER NOT NULL,
  -- How often it strikes at most; null for ever.
  count BIGINT,
  seed BIGINT NOT NULL,
  -- 0 for a kind that takes no time.
  delay_ms BIGINT NOT NULL,
  -- What it was asked about since it was made, and what of that it struck.
  matched BIGINT NOT NULL DEFAULT 0,
  struck BIGINT NOT NULL DEFAULT 0
);
