-- Merchant numbers: direct merchants call for themselves, providers call for their sub-merchants.
CREATE TABLE merchants (
  mchid TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('direct', 'provider', 'sub')),
  name TEXT NOT NULL,
  -- Thirty-two letters and digits; empty until the merchant sets one, and then no notice can be sealed for it.
  apiv3_key TEXT NOT NULL DEFAULT '',
  collection_restricted INTEGER NOT NULL DEFAULT 0,
  trust_state TEXT NOT NULL DEFAULT 'CERTIFICATE' CHECK (trust_state IN ('CERTIFICATE', 'SWITCHING', 'PUBLIC_KEY')),
  -- Share of notices signed with the public key while switching, in percent.
  notice_key_share INTEGER NOT NULL DEFAULT 0,
  public_key_id TEXT NOT NULL DEFAULT '',
  -- 1 when the platform pays for payers without funds (垫资).
  advance_enabled INTEGER NOT NULL DEFAULT 1,
  -- What the platform keeps of each charge, in hundredths of a percent.
  fee_rate INTEGER NOT NULL DEFAULT 60 CHECK (fee_rate BETWEEN 0 AND 10000),
  -- Which addresses the merchant may be notified at, when it differs from the platform's profile.
  notify_profile TEXT NOT NULL DEFAULT '' CHECK (notify_profile IN ('', 'sandbox', 'production')),
  -- 1 when notices wait until somebody sets this back.
  notices_paused INTEGER NOT NULL DEFAULT 0,
  -- 1 when what a settled day makes available is paid to the merchant's bank account at once.
  auto_withdrawal INTEGER NOT NULL DEFAULT 0,
  -- What becomes of a refund that the merchant has no money for: refused at once, or accepted to wait for money.
  refund_without_funds TEXT NOT NULL DEFAULT 'REFUSE'
  CHECK (refund_without_funds IN ('REFUSE', 'WAIT')),
  -- 国密: 1 when the merchant may use SM2, SM3 and SM4, and gets its notices by them.
  shangmi INTEGER NOT NULL DEFAULT 0,
  -- Business time from which the share of notices signed with the public key grows by days; null while the share is a fixed one.
  switching_since BIGINT,
  -- How the merchant goes over to the next platform certificate, and since when by business time.
  rotation TEXT NOT NULL DEFAULT 'NONE' CHECK (rotation IN ('NONE', 'AUTO', 'MANUAL')),
  rotation_since BIGINT,
  -- With MANUAL: the share of signatures by the next certificate, in hundredths of a percent.
  rotation_share INTEGER NOT NULL DEFAULT 0,
  -- How many days before the end of the old certificate the list has the next one.
  next_certificate_days INTEGER NOT NULL DEFAULT 180
);
-- Each look at the outbox asks for these merchants, of whom there are few.
CREATE INDEX merchants_with_paused_notices ON merchants (mchid) WHERE notices_paused = 1;

-- What a merchant was given: names that products declare.
CREATE TABLE merchant_permissions (
  mchid TEXT NOT NULL REFERENCES merchants (mchid),
  permission TEXT NOT NULL,
  PRIMARY KEY (mchid, permission)
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
  revoked INTEGER NOT NULL DEFAULT 0,
  -- The name that a merchant's certificate has in the administration.
  certificate_id TEXT NOT NULL DEFAULT 'first',
  algorithm TEXT NOT NULL DEFAULT 'RSA' CHECK (algorithm IN ('RSA', 'SM2')),
  -- Business time from which the certificate is refused, because another one has taken its place; null while none has.
  replaced_from BIGINT
);
CREATE UNIQUE INDEX merchant_certificates_by_id ON merchant_certificates (mchid, certificate_id);

-- The platform's own keys. A certificate's id is its serial number; the public key has one id for each merchant instead.
CREATE TABLE platform_keys (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('root', 'certificate', 'public_key')),
  certificate TEXT NOT NULL DEFAULT '',
  public_key TEXT NOT NULL,
  private_key TEXT NOT NULL,
  effective_time BIGINT NOT NULL,
  expire_time BIGINT NOT NULL,
  algorithm TEXT NOT NULL DEFAULT 'RSA' CHECK (algorithm IN ('RSA', 'SM2'))
);
