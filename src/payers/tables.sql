CREATE TABLE payers (
  payer_id TEXT PRIMARY KEY,
  score INTEGER NOT NULL,
  -- What the payer owes the platform, in fen.
  arrears BIGINT NOT NULL DEFAULT 0,
  wallet_state TEXT NOT NULL DEFAULT 'NORMAL' CHECK (wallet_state IN ('NORMAL', 'FROZEN')),
  -- Where the wallet stands among the payer's sources; see `cards`.
  wallet_position INTEGER NOT NULL DEFAULT 0
);

-- One payer has another openid under each app.
CREATE TABLE payer_openids (
  appid TEXT NOT NULL,
  openid TEXT NOT NULL,
  payer_id TEXT NOT NULL REFERENCES payers (payer_id),
  PRIMARY KEY (appid, openid)
);
CREATE UNIQUE INDEX payer_openids_by_payer ON payer_openids (payer_id, appid);
