-- Merchant numbers: direct merchants call for themselves, providers call for their sub-merchants.
CREATE TABLE merchants (
  mchid TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('direct', 'provider', 'sub')),
  name TEXT NOT NULL,
  -- Thirty-two letters and digits; empty until the merchant sets one, and then no notice can be sealed for it.
  apiv3_key TEXT NOT NULL DEFAULT '',
  parking_enabled INTEGER NOT NULL DEFAULT 0,
  collection_restricted INTEGER NOT NULL DEFAULT 0,
  trust_state TEXT NOT NULL DEFAULT 'CERTIFICATE' CHECK (trust_state IN ('CERTIFICATE', 'SWITCHING', 'PUBLIC_KEY')),
  -- Share of notices signed with the public key while switching, in percent.
  notice_key_share INTEGER NOT NULL DEFAULT 0,
  public_key_id TEXT NOT NULL DEFAULT ''
);

CREATE TABLE merchant_bindings (
  provider_mchid TEXT NOT NULL REFERENCES merchants (mchid),
  sub_mchid TEXT NOT NULL REFERENCES merchants (mchid),
  PRIMARY KEY (provider_mchid, sub_mchid)
);

CREATE TABLE app_bindings (
  appid TEXT NOT NULL,
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  PRIMARY KEY (appid, mchid)
);

CREATE TABLE merchant_certificates (
  serial_no TEXT PRIMARY KEY,
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  certificate TEXT NOT NULL,
  public_key TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
);

-- The platform's own keys. A certificate's id is its serial number; the public key has one id for each merchant instead.
CREATE TABLE platform_keys (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('root', 'certificate', 'public_key')),
  certificate TEXT NOT NULL DEFAULT '',
  public_key TEXT NOT NULL,
  private_key TEXT NOT NULL,
  effective_time BIGINT NOT NULL,
  expire_time BIGINT NOT NULL
);
