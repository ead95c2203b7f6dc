-- 1 when what a settled day makes available is paid to the merchant's bank account at once.
ALTER TABLE merchants ADD COLUMN auto_withdrawal INTEGER NOT NULL DEFAULT 0;
-- What becomes of a refund that the merchant has no money for: refused at once, or accepted to wait for money.
ALTER TABLE merchants ADD COLUMN refund_without_funds TEXT NOT NULL DEFAULT 'REFUSE'
  CHECK (refund_without_funds IN ('REFUSE', 'WAIT'));

-- Every merchant has an operation account, one for refunds on their way, and its own bank account outside.
INSERT INTO ledger_accounts (account, minimum)
SELECT 'merchant/' || mchid || '/' || book, CASE book WHEN 'bank' THEN NULL ELSE 0 END
  FROM merchants, (SELECT 'operation' AS book UNION ALL SELECT 'refunding' UNION ALL SELECT 'bank') AS books
 WHERE true
ON CONFLICT DO NOTHING;
