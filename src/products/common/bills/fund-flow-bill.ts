import { availableOf, feesOf, heldOf, operationOf, pendingOf } from '../../../ledger/accounts.ts'
import type { Statements } from '../../../store/database.ts'
import type { BillDay } from './bill-day.ts'
import type { AccountType } from './contract.ts'
import { numbersOf } from './flow-numbers.ts'
import {
  addTo,
  type BilledTransfer,
  COLUMNS,
  creditAccounts,
  type Flow,
  flowRow,
  flowsOf,
  SUMMARY_COLUMNS,
  summaryRow,
} from './fund-flow-rows.ts'
import type { BillText } from './make-bill.ts'
import { openingBalance } from './opening-balance.ts'
import { mergeByTime, pagesOf } from './pages.ts'

/** The ledger's accounts behind each account that a merchant has a bill of. */
const ACCOUNTS: Record<AccountType, (mchid: string) => string[]> = {
  BASIC: mchid => [pendingOf(mchid), heldOf(mchid), availableOf(mchid)],
  OPERATION: mchid => [operationOf(mchid)],
  FEES: mchid => [feesOf(mchid)],
}

/** What went into an account of a merchant on a day and out of it, from the ledger, with its balance behind each. */
export function fundFlowBill(
  db: Statements,
  { mchid, type, now }: { mchid: string; type: AccountType; now: number },
  day: BillDay,
): BillText {
  const own = ACCOUNTS[type](mchid)
  const credited = creditAccounts(own, mchid)
  const totals = { incomes: 0, income: 0, expenses: 0, expense: 0 }
  return {
    columns: COLUMNS,
    async *pages() {
      let balance = await openingBalance(db, { own, credited, from: day.begin, now })
      const sources = credited.map(account => flows(transfersTo(db, account, day), own))
      for await (const page of mergeByTime(sources)) {
        const numbers = await numbersOf(db, page)
        yield page.map(flow => {
          balance += flow.amount
          addTo(totals, flow)
          return flowRow(flow, numbers(flow), balance)
        })
      }
    },
    summaryColumns: SUMMARY_COLUMNS,
    summary: () => summaryRow(totals),
  }
}

function transfersTo(
  db: Statements,
  account: string,
  { begin, end }: BillDay,
): AsyncGenerator<BilledTransfer[]> {
  return pagesOf((last, limit) =>
    db.all<BilledTransfer>(
      `SELECT subject, entry, kind, debit_account, credit_account, amount, business_time
         FROM ledger_transfers
        WHERE credit_account = $1 AND business_time >= $2 AND business_time < $3 AND state = 'POSTED'
          AND (business_time, subject, entry) > ($2, $4, $5)
        ORDER BY business_time, subject, entry LIMIT $6`,
      account,
      last?.business_time ?? begin,
      end,
      last?.subject ?? '',
      last?.entry ?? '',
      limit,
    ),
  )
}

/** The flows of transfers that come in the order of time and subject; what belongs together may stand on two pages. */
async function* flows(
  pages: AsyncIterable<BilledTransfer[]>,
  own: readonly string[],
): AsyncGenerator<Flow[]> {
  let group: BilledTransfer[] = []
  for await (const page of pages) {
    const found: Flow[] = []
    for (const transfer of page) {
      const [first] = group
      if (first && (first.subject !== transfer.subject || first.business_time !== transfer.business_time)) {
        found.push(...flowsOf(group, own))
        group = []
      }
      group.push(transfer)
    }
    yield found
  }
  yield flowsOf(group, own)
}
