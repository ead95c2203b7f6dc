import { auditLedger } from '../ledger/audit.ts'
import type { RecordedTransfer } from '../ledger/transfers.ts'
import * as contract from './ledger.contract.ts'
import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { notFound } from './problems.ts'
import { shown } from './show.ts'

interface AccountRow {
  account: string
  balance: number
  pending_debits: number
  pending_credits: number
  minimum: number
}

const ACCOUNTS = 'SELECT account, balance, pending_debits, pending_credits, minimum FROM ledger_accounts'

export const ledger = [
  adminList(contract.listLedgerAccounts, { select: ACCOUNTS, key: { account: 'text' } }, (row: AccountRow) =>
    shown(row, []),
  ),
  adminEndpoint(contract.getLedgerAccount, async ({ account }, { platform }) => {
    const row = await platform.db.get<AccountRow>(`${ACCOUNTS} WHERE account = $1`, account)
    if (!row) throw notFound('account', account)
    return shown(row, [])
  }),
  adminList(
    contract.listLedgerTransfers,
    {
      select: `SELECT subject, entry, kind, debit_account, credit_account, amount, state, business_time
                 FROM ledger_transfers`,
      filters: { subject: 'subject' },
      key: { entry: 'text' },
    },
    (row: RecordedTransfer) => shown(row, ['business_time']),
  ),
  adminEndpoint(contract.auditLedger, async (_request, { platform }) => ({
    faults: await auditLedger(platform.db),
  })),
]
