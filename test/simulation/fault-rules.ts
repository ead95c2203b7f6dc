import { injectsAt } from '../../src/faults/draw.ts'
import type { NewFault } from '../../src/faults/faults.ts'
import type { AccessPoint, Fault, FaultKind } from '../../src/faults/rules.ts'
import type { Invariant } from './invariants.ts'
import type { SeededRandom } from './random.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What may be injected into a call, and into which ones. */
const OF_CALLS = [
  'LATENCY',
  'CONNECTION_RESET',
  'RATE_LIMITED',
  'ERROR_BEFORE_COMMIT',
  'ERROR_AFTER_COMMIT',
  'REPLY_WRONG_SIGNATURE',
  'REPLY_PROBE',
  'REPLY_TRUNCATED',
  'REPLY_LOST',
] as const satisfies FaultKind[]
const CALLS = [
  'parking.createParking',
  'parking.createTransaction',
  'parking.queryTransaction',
  'refunds.createRefund',
  'refunds.queryByOutRefundNo',
] as const
const CALLS_OF_PAYMENTS = [
  'payments.nativePrepay',
  'payments.jsapiPrepay',
  'payments.queryOrderByOutTradeNo',
  'payments.closeOrder',
] as const
const OF_NOTICES = [
  'NOTICE_WRONG_SIGNATURE',
  'NOTICE_PROBE',
  'NOTICE_DOUBLED',
  'NOTICE_DELAYED',
  'NOTICE_LOST',
] as const satisfies FaultKind[]
/** Notices of these types may overtake others of their order. */
const REORDERED = ['TRANSACTION.SUCCESS', 'TRANSACTION.PAY_BACK', 'REFUND.SUCCESS'] as const

/** The rules of one life: some kinds, each with a probability and a seed of its own. */
export function drawFaults(random: SeededRandom): NewFault[] {
  const drawn = (kind: FaultKind, name: string): NewFault => ({
    fault_id: `${kind}/${name}`,
    kind,
    probability: random.between(100, 1_000),
    seed: random.below(1_000_000),
    // Some end in the middle of a life.
    ...(random.chance(0.3) && { count: random.between(1, 6) }),
  })
  const ofCalls = (calls: readonly string[], chance: number): NewFault[] =>
    OF_CALLS.filter(() => random.chance(chance)).map(kind => {
      const call = random.pick(calls)
      return {
        ...drawn(kind, call),
        call,
        ...(kind === 'LATENCY' && { delay_ms: random.between(1, 120_000) }),
      }
    })
  const rules = [...ofCalls(CALLS, 0.5), ...ofCalls(CALLS_OF_PAYMENTS, 0.3)]
  const notices: NewFault[] = OF_NOTICES.filter(() => random.chance(0.5)).map(kind => drawn(kind, 'any'))
  for (const rule of notices) if (rule.kind === 'NOTICE_DELAYED') rule.delay_ms = random.between(1, 3 * HOUR)
  if (random.chance(0.5)) {
    const event_type = random.pick(REORDERED)
    notices.push({ ...drawn('NOTICE_REORDERED', event_type), event_type, delay_ms: 30 * MINUTE })
  }
  return [...rules, ...notices]
}

/** An access point that does not answer, until the rule is taken away. */
export function hostDown(host: AccessPoint): NewFault {
  return { fault_id: `HOST_DOWN/${host}`, kind: 'HOST_DOWN', host }
}

/** The types of notices that rules let others overtake. */
export function reorderedTypes(rules: readonly NewFault[]): ReadonlySet<string | undefined> {
  return new Set(rules.filter(({ kind }) => kind === 'NOTICE_REORDERED').map(({ event_type }) => event_type))
}

/** What is true of the rules, whatever has crashed. */
export const FAULTS = {
  async faultsAreInjectedByTheirSeed({ db, isThorough }) {
    if (!isThorough) return []
    const faults = await db.all<Fault>('SELECT * FROM faults ORDER BY fault_id')
    return faults.flatMap(fault => {
      let expected = 0
      for (let match = 1; match <= fault.matched; match += 1) if (injectsAt(fault, match)) expected += 1
      const { fault_id, injected, matched, count } = fault
      if (count !== null && injected > count)
        return [`${fault_id} may be injected ${count} times and was ${injected} times`]
      return injected === expected
        ? []
        : [`${fault_id} was injected into ${injected} of ${matched} matches instead of ${expected}`]
    })
  },
} as const satisfies Record<string, Invariant>
