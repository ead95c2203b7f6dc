import type { Tamper } from './crashing-store.ts'
import { miswrite, type Plant, skip } from './plant.ts'

/** Lets a close not see that a bank was asked: the first thing that a close does is to try whether the number is free. */
function closeSeesNoBank(): Tamper {
  const closing = new Set<unknown>()
  return (sql, parameters) => {
    if (sql.startsWith('INSERT INTO orders') && parameters.includes('CLOSED')) closing.add(parameters[1])
    const isRead = sql.includes('p.asking') && closing.delete(parameters[1])
    return isRead ? sql.replace('p.asking', 'NULL AS asking') : sql
  }
}

/** Bugs of the basic payments. */
export const PAYMENT_PLANTS: readonly Plant[] = [
  {
    name: 'a close does not see that a bank was asked for the money',
    tamper: closeSeesNoBank(),
    firstSeed: 3,
    breaks: ['paymentsWaitForSomething', 'nothingFailsInside'],
  },
  {
    name: 'an order that was paid can be ordered and paid again',
    tamper: sql =>
      sql.replace(
        /^SELECT o\.\*,(?=.* p\.asking)/,
        `SELECT o.*, NULL AS success_time, 'NOTPAY' AS trade_state,`,
      ),
    breaks: [
      'paymentsMoveAsTheirMachineSays',
      'nothingFailsInside',
      'wordsStayTrue',
      'paymentsAreOfOnePayer',
    ],
  },
  {
    name: 'the notice of a payment says another amount',
    tamper: miswrite(
      'INSERT INTO notices',
      '$9',
      `CASE WHEN $9 LIKE '%trade_state_desc%' THEN REPLACE($9, '"total":', '"total":1') ELSE $9 END`,
    ),
    breaks: ['paidOrdersAreNoticed'],
  },
  {
    name: 'no notice says that an order was paid',
    tamper: skip('INSERT INTO notices', 'payments'),
    breaks: ['paidOrdersAreNoticed'],
  },
  {
    name: 'nobody remembers who has scanned a code first',
    tamper: miswrite('UPDATE basic_payments SET payer_id', 'payer_id = $1', 'payer_id = payer_id'),
    breaks: ['paymentsAreOfOnePayer'],
  },
  {
    name: 'a session that has lapsed can be used',
    tamper: sql =>
      sql.startsWith('SELECT mchid, out_trade_no, session_time')
        ? sql.replaceAll('session_time', '9999999999999 AS session_time')
        : sql,
    firstSeed: 2,
    breaks: ['wordsStayTrue'],
  },
  {
    name: 'an order can be paid after its time_expire',
    tamper: sql => sql.replace(/^SELECT o\.\*,(?=.* p\.asking)/, 'SELECT o.*, NULL AS time_expire,'),
    firstSeed: 8,
    breaks: ['nothingIsPaidTooLate'],
  },
  {
    name: 'a bank that has not answered a payment is not asked again',
    tamper: miswrite(
      'UPDATE basic_payments SET payer_id',
      'due_at = $4',
      'due_at = CASE WHEN $3 IS NULL THEN $4 END',
    ),
    breaks: ['paymentsWaitForSomething'],
  },
  {
    name: 'a payer is not told how a payment has ended that a bank has answered late',
    tamper: skip('UPDATE payer_payments'),
    breaks: ['paymentsAreOfOnePayer'],
  },
  {
    name: 'what a payer did is forgotten, and is done again under its name',
    tamper: skip('INSERT INTO payer_payments'),
    breaks: ['resultsStayAsTheyWereTold', 'paymentsAreOfOnePayer'],
  },
  {
    name: 'a number that is closed before it is ordered stays free',
    tamper: skip('INSERT INTO orders', 'CLOSED'),
    breaks: ['whatWasSaidOfPaymentsIsSo'],
  },
  {
    name: 'an order that nobody has paid for seven days stays open',
    tamper: skip('UPDATE orders SET trade_state', 'CLOSED'),
    breaks: ['paymentsWaitForSomething', 'whatWasSaidOfPaymentsIsSo'],
  },
  {
    name: 'a bill calls H5 payments by another name',
    tamper: sql =>
      sql.includes('AS time')
        ? sql.replace('t.trade_type', `REPLACE(t.trade_type, 'MWEB', 'H5') AS trade_type`)
        : sql,
    firstSeed: 2,
    breaks: ['daysReconcile'],
  },
]
