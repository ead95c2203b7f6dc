-- 国密: 1 when the merchant may use SM2, SM3 and SM4, and gets its notices by them.
ALTER TABLE merchants ADD COLUMN shangmi INTEGER NOT NULL DEFAULT 0;
-- Business time from which the share of notices signed with the public key grows by days; null while the share is a fixed one.
ALTER TABLE merchants ADD COLUMN switching_since BIGINT;
-- How the merchant goes over to the next platform certificate, and since when by business time.
ALTER TABLE merchants ADD COLUMN rotation TEXT NOT NULL DEFAULT 'NONE' CHECK (rotation IN ('NONE', 'AUTO', 'MANUAL'));
ALTER TABLE merchants ADD COLUMN rotation_since BIGINT;
-- With MANUAL: the share of signatures by the next certificate, in hundredths of a percent.
ALTER TABLE merchants ADD COLUMN rotation_share INTEGER NOT NULL DEFAULT 0;
-- How many days before the end of the old certificate the list has the next one.
ALTER TABLE merchants ADD COLUMN next_certificate_days INTEGER NOT NULL DEFAULT 180;

-- The name that a merchant's certificate has in the administration.
ALTER TABLE merchant_certificates ADD COLUMN certificate_id TEXT NOT NULL DEFAULT 'first';
ALTER TABLE merchant_certificates ADD COLUMN algorithm TEXT NOT NULL DEFAULT 'RSA' CHECK (algorithm IN ('RSA', 'SM2'));
-- Business time from which the certificate is refused, because another one has taken its place; null while none has.
ALTER TABLE merchant_certificates ADD COLUMN replaced_from BIGINT;
CREATE UNIQUE INDEX merchant_certificates_by_id ON merchant_certificates (mchid, certificate_id);

ALTER TABLE platform_keys ADD COLUMN algorithm TEXT NOT NULL DEFAULT 'RSA' CHECK (algorithm IN ('RSA', 'SM2'));
