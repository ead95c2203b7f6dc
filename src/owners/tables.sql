CREATE TABLE owners (
  owner_id TEXT PRIMARY KEY,
  score INTEGER NOT NULL,
  -- What the owner owes the platform, in fen.
  arrears BIGINT NOT NULL DEFAULT 0,
  wallet_state TEXT NOT NULL DEFAULT 'NORMAL' CHECK (wallet_state IN ('NORMAL', 'FROZEN'))
);

-- One owner has another openid under each app.
CREATE TABLE owner_openids (
  appid TEXT NOT NULL,
  openid TEXT NOT NULL,
  owner_id TEXT NOT NULL REFERENCES owners (owner_id),
  PRIMARY KEY (appid, openid)
);
CREATE UNIQUE INDEX owner_openids_by_owner ON owner_openids (owner_id, appid);

-- A plate belongs to one owner at a time; a plate without a row is out of service.
CREATE TABLE plates (
  plate_number TEXT NOT NULL,
  plate_color TEXT NOT NULL,
  owner_id TEXT NOT NULL REFERENCES owners (owner_id),
  service_state TEXT NOT NULL CHECK (service_state IN ('NORMAL', 'PAUSE')),
  service_open_time BIGINT NOT NULL,
  PRIMARY KEY (plate_number, plate_color)
);
