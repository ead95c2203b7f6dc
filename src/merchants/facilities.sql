-- 1 when the platform pays for owners without funds (垫资).
ALTER TABLE merchants ADD COLUMN advance_enabled INTEGER NOT NULL DEFAULT 1;
-- What the platform keeps of each charge, in hundredths of a percent.
ALTER TABLE merchants ADD COLUMN fee_rate INTEGER NOT NULL DEFAULT 60 CHECK (fee_rate BETWEEN 0 AND 10000);
-- Which addresses the merchant may be notified at, when it differs from the platform's profile.
ALTER TABLE merchants ADD COLUMN notify_profile TEXT NOT NULL DEFAULT '' CHECK (notify_profile IN ('', 'sandbox', 'production'));
-- 1 when notices wait until somebody sets this back.
ALTER TABLE merchants ADD COLUMN notices_paused INTEGER NOT NULL DEFAULT 0;

-- Every merchant has its accounts from the start: collected, held for profit sharing, free to use, and the fees it paid.
INSERT INTO ledger_accounts (account)
SELECT 'merchant/' || mchid || '/' || book
  FROM merchants, (SELECT 'pending' AS book UNION ALL SELECT 'held' UNION ALL SELECT 'available' UNION ALL SELECT 'fees') AS books
 WHERE true
ON CONFLICT DO NOTHING;
