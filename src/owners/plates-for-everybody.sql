-- Every plate that was ever seen has a row, which is the lock for its entries and its service; one that nobody opened has no owner.
CREATE TABLE new_plates (
  plate_number TEXT NOT NULL,
  plate_color TEXT NOT NULL,
  owner_id TEXT REFERENCES owners (owner_id),
  service_state TEXT NOT NULL CHECK (service_state IN ('NORMAL', 'PAUSE', 'OUT_SERVICE')),
  service_open_time BIGINT,
  CHECK ((service_state = 'OUT_SERVICE') = (owner_id IS NULL) AND (owner_id IS NULL) = (service_open_time IS NULL)),
  PRIMARY KEY (plate_number, plate_color)
);
INSERT INTO new_plates SELECT plate_number, plate_color, owner_id, service_state, service_open_time FROM plates;
DROP TABLE plates;
ALTER TABLE new_plates RENAME TO plates;
CREATE INDEX plates_by_owner ON plates (owner_id) WHERE owner_id IS NOT NULL;

-- Where the wallet stands among the owner's sources; see `cards`.
ALTER TABLE owners ADD COLUMN wallet_position INTEGER NOT NULL DEFAULT 0;

-- What the platform has advanced for the owner: a debt, so it goes below zero, down to the owner's limit. Nothing was advanced
-- before, so the limit of owners that there are is what they owe.
INSERT INTO ledger_accounts (account, minimum) SELECT 'owner/' || owner_id || '/advance', -arrears FROM owners;
INSERT INTO ledger_transfers (subject, entry, kind, debit_account, credit_account, amount, state, business_time)
SELECT 'opening/' || owner_id, 'advance', 'opening', 'owner/' || owner_id || '/advance', 'bank/clearing', arrears, 'POSTED', 0
  FROM owners WHERE arrears > 0;
UPDATE ledger_accounts
   SET balance = balance + (SELECT CAST(COALESCE(SUM(arrears), 0) AS BIGINT) FROM owners)
 WHERE account = 'bank/clearing';
UPDATE ledger_accounts
   SET balance = -(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_transfers t
                    WHERE t.debit_account = ledger_accounts.account AND t.kind = 'opening')
 WHERE account LIKE 'owner/%/advance';
