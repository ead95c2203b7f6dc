import type { Tamper } from './crashing-store.ts'
import { PAYMENT_PLANTS } from './payment-plants.ts'
import { firstOf, miswrite, type Plant, skip } from './plant.ts'

/** Sends an insert of transfers in which each place of a column, counted from 1, is written otherwise. */
const miswriteTransfers =
  (kind: RegExp, column: number, wrong: (place: string) => string): Tamper =>
  (sql, parameters) => {
    if (
      !sql.startsWith('INSERT INTO ledger_transfers') ||
      !parameters.some(value => kind.test(String(value)))
    )
      return sql
    return sql.replaceAll(/\$(\d+)/g, place =>
      Number(place.slice(1)) % 8 === column % 8 ? wrong(place) : place,
    )
  }

/** Only pretends to send a statement the first time, and the third, for what its second parameter names. */
const everySecond = (isMeant: (sql: string) => boolean, parameter: string): Tamper => {
  const skipped = new Set<unknown>()
  return (sql, parameters) => {
    if (!isMeant(sql) || !parameters.includes(parameter) || skipped.delete(parameters[1])) return sql
    skipped.add(parameters[1])
    return 'skip'
  }
}

export const PLANTS: readonly Plant[] = [
  ...PAYMENT_PLANTS,
  {
    name: 'the notice of a success is forgotten',
    tamper: (sql, parameters) =>
      parameters.includes('parking')
        ? skip('INSERT INTO notices', 'TRANSACTION.SUCCESS')(sql, parameters)
        : sql,
    breaks: ['resultsAreNoticed'],
  },
  {
    name: 'no notice says that a car can be charged no more',
    tamper: skip('INSERT INTO notices', 'VEHICLE.ENTRANCE_STATE_CHANGE'),
    firstSeed: 2,
    breaks: ['staysAreNoticed'],
  },
  {
    name: 'a notice counts as delivered before it is sent',
    tamper: miswrite(
      'INSERT INTO notices',
      `'PENDING', $10`,
      `'DELIVERED', CASE WHEN $10 > 0 THEN NULL ELSE 0 END`,
    ),
    breaks: ['changesAreNotifiedOrGivenUp'],
  },
  {
    name: 'the account of the fees is not changed',
    tamper: skip('UPDATE ledger_accounts', /\/fees$/),
    breaks: ['booksBalance'],
  },
  {
    name: 'a promise is not taken back when the bank says no',
    tamper: skip('UPDATE ledger_transfers', 'VOIDED'),
    firstSeed: 2,
    breaks: ['promisesWaitForABank', 'nothingFailsInside'],
  },
  {
    name: 'an order stays due after its end and is taken up again',
    tamper: miswrite('UPDATE parking_charges', 'due_at = NULL', 'due_at = due_at'),
    breaks: ['nothingFailsInside'],
  },
  {
    name: 'arrears are not written down',
    tamper: skip('UPDATE payers SET arrears'),
    firstSeed: 2,
    breaks: ['arrearsAreOverdueAdvances'],
  },
  {
    name: 'an accepted order is not written',
    tamper: firstOf(skip('INSERT INTO orders', 'parking'), skip('INSERT INTO parking_charges')),
    breaks: ['wordsStayTrue'],
  },
  {
    name: 'a coupon stays free although an order has it',
    tamper: skip("UPDATE coupons SET state = 'LOCKED'"),
    breaks: ['couponsAreUsedOnce'],
  },
  {
    name: 'a bank is asked for a payment that is not on record',
    tamper: skip('INSERT INTO bank_payments'),
    breaks: ['bankAndLedgerAgree', 'promisesWaitForABank'],
  },
  {
    name: 'a repaid order does not say so',
    tamper: skip(`UPDATE orders SET user_repaid = 'Y'`),
    firstSeed: 2,
    breaks: ['resultsAreNoticed', 'repaidOrdersSaySo'],
  },
  {
    name: 'an older entry of a plate can still be charged',
    tamper: miswrite(
      'INSERT INTO latest_parkings',
      'DO UPDATE SET parking_id = excluded.parking_id',
      'DO NOTHING',
    ),
    breaks: ['onlyWhatCanBeChargedIsCharged', 'newestEntriesAreKnown'],
  },
  {
    name: 'an order that is charged again forgets what was tried before',
    tamper: sql => sql.replace('attempts_before = deduction_attempts', 'attempts_before = attempts_before'),
    firstSeed: 29,
    breaks: ['noStateMovesBackwards'],
  },
  {
    name: 'a refund is paid out twice',
    tamper: firstOf(
      everySecond(sql => sql.startsWith('UPDATE refunds'), 'SUCCESS'),
      miswriteTransfers(/^refund_payout$/, 2, place => `${place} || '/' || hex(randomblob(4))`),
    ),
    breaks: ['refundsAreBookedOnce', 'refundingIsWhatIsOnItsWay'],
  },
  {
    name: 'a bank is asked to take back a refund under another number each time',
    tamper: miswrite(
      'SELECT * FROM refunds WHERE mchid = $1 AND out_refund_no = $2 AND due_at',
      '*',
      '*, refund_id || due_at AS refund_id',
    ),
    breaks: ['banksPayRefundsOnce', 'refundsAreNoticed'],
  },
  {
    name: 'a later refund does not know what earlier ones have taken of the fee',
    tamper: miswrite('SELECT settlement_refund, refund_fee', 'refund_fee', '0 AS refund_fee'),
    firstSeed: 7,
    breaks: ['refundsStayWithinTheirOrder', 'feesAreKept', 'nothingFailsInside'],
  },
  {
    name: 'an order takes one fen too much',
    tamper: firstOf(
      miswrite(
        'SELECT * FROM orders',
        '*',
        '*, CASE WHEN refund_total > 0 THEN refund_total - 1 ELSE 0 END AS refund_total',
      ),
      miswrite('UPDATE orders', 'refund_total + $2 <= total', 'refund_total + $2 <= total + 1'),
    ),
    firstSeed: 4,
    breaks: ['refundsStayWithinTheirOrder', 'nothingFailsInside'],
  },
  {
    name: 'the parts of a refund do not add up',
    tamper: miswrite('INSERT INTO refunds', '$19', 'CASE WHEN $19 > 0 THEN $19 - 1 ELSE 0 END'),
    breaks: ['partsOfRefundsAddUp'],
  },
  {
    name: 'a refund that was closed keeps its amount',
    tamper: skip('UPDATE orders SET refund_total = refund_total - $1'),
    firstSeed: 7,
    breaks: ['refundedOrdersSaySo'],
  },
  {
    name: 'money on hold is refunded and stays on hold',
    tamper: firstOf(skip('UPDATE profit_sharing_holds SET amount'), (sql, parameters) =>
      sql.startsWith('UPDATE profit_sharing_holds SET due_at') &&
      !sql.includes('RETURNING') &&
      parameters.length === 2
        ? 'skip'
        : sql,
    ),
    breaks: ['holdsAreBooked'],
  },
  {
    name: 'no notice says that a refund has arrived',
    tamper: skip('INSERT INTO notices', 'REFUND.SUCCESS'),
    breaks: ['refundsAreNoticed'],
  },
  {
    name: 'a charge is booked on another day than it is paid',
    tamper: miswriteTransfers(/^charge$/, 8, place => `${place} + 86400000`),
    breaks: ['daysReconcile'],
  },
  {
    name: 'a bill misses a row',
    tamper: (sql, parameters) =>
      sql.includes('AS time') && sql.includes('FROM refunds r') && parameters.length > 0
        ? sql.replace('r.mchid = $1', 'r.mchid = $1 AND r.refund % 3 > 0')
        : sql,
    breaks: ['daysReconcile'],
  },
  {
    name: 'a bill shows refunds as they are when somebody asks',
    tamper: sql =>
      sql.includes('AS time') ? sql.replace('r.success_time,', 'r.create_time AS success_time,') : sql,
    breaks: ['daysReconcile'],
  },
  {
    name: 'a probe that a merchant should refuse counts as delivered',
    tamper: miswrite(
      'UPDATE notices SET state',
      'state = $1, attempts = $2, due_at = $3',
      `state = CASE WHEN faults LIKE '%_PROBE%' THEN 'DELIVERED' ELSE $1 END, attempts = $2,
       due_at = CASE WHEN faults LIKE '%_PROBE%' THEN NULL ELSE $3 END`,
    ),
    breaks: ['changesAreNotifiedOrGivenUp'],
  },
  {
    name: 'a notice that comes late does not come at all',
    tamper: miswrite(
      'UPDATE notices SET due_at',
      'due_at = $1, held = $2',
      'due_at = NULLIF($1, $1), held = $2',
    ),
    breaks: ['changesAreNotifiedOrGivenUp'],
  },
  {
    name: 'a fault is injected and not counted',
    tamper: miswrite('UPDATE faults', 'injected = $2', 'injected = $2 * 0'),
    breaks: ['faultsAreInjectedByTheirSeed'],
  },
  {
    name: 'a host that is down does what it is called for and answers nothing',
    tamper: miswrite('SELECT * FROM faults', '*', "*, REPLACE(kind, 'HOST_DOWN', 'REPLY_LOST') AS kind"),
    breaks: ['whatIsDoneWasAsked'],
  },
  {
    name: 'a host that is down for everybody answers all the same',
    tamper: miswrite(
      'SELECT * FROM faults',
      '*',
      "*, CASE WHEN kind = 'HOST_DOWN' THEN 0 ELSE count END AS count",
    ),
    breaks: ['wordsStayTrue'],
  },
  {
    name: 'what is signed in the name of a platform certificate is signed with another key',
    tamper: miswrite(
      'SELECT id, kind, algorithm, certificate, public_key, private_key',
      'private_key',
      `(SELECT p.private_key FROM platform_keys p WHERE p.kind = 'public_key') AS private_key`,
    ),
    breaks: ['wordsStayTrue'],
  },
]
