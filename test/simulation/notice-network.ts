import type { Delivery, SendNotice } from '../../src/notices/send.ts'
import { nextTurn } from './bank.ts'
import type { Life } from './crashing-store.ts'
import type { SeededRandom } from './random.ts'
import type { Trace } from './trace.ts'

/** A notice as it leaves the platform. */
export interface NoticeOnItsWay {
  /** The path of the `notify_url`, which names the merchant. */
  path: string
  headers: Record<string, string>
  body: string
}

/** What the merchants' side does with notices. */
export interface Receivers {
  /** The platform tries to send one; `acknowledged` is what it will see. Answers the notice's id. */
  attempted(notice: NoticeOnItsWay, acknowledged: boolean): Promise<string>
  /** The platform knows what came of it; `id` is what `attempted` has answered. */
  ended(id: string): void
  /** One has arrived. */
  arrived(notice: NoticeOnItsWay): Promise<void>
}

/** What becomes of one attempt, and how often; the merchant is given it, the platform sees that it was. */
const FATES = {
  fine: { weight: 10, copies: 1, late: 0, acknowledged: true },
  lost: { weight: 3, copies: 0, late: 0, acknowledged: false },
  doubled: { weight: 2, copies: 2, late: 0, acknowledged: true },
  reply_lost: { weight: 2, copies: 1, late: 0, acknowledged: false },
  late: { weight: 2, copies: 0, late: 1, acknowledged: false },
  now_and_late: { weight: 1, copies: 1, late: 1, acknowledged: true },
  answered_500: { weight: 2, copies: 0, late: 0, acknowledged: false },
  timed_out: { weight: 1, copies: 1, late: 0, acknowledged: false },
} as const
type Fate = keyof typeof FATES

const WEIGHTS = Object.fromEntries(
  Object.entries(FATES).map(([name, { weight }]) => [name, weight]),
) as Record<Fate, number>

/** Turns of the event loop that a delivery takes at most. */
const SLOWEST_DELIVERY = 3

/** The way of notices: it loses, doubles, delays and reorders. What it has delayed outlives a crash of the platform. */
export class NoticeNetwork {
  readonly #random: SeededRandom
  readonly #trace: Trace
  readonly #delayed: NoticeOnItsWay[] = []
  receivers: Receivers | undefined
  /** True when nothing arrives at all. */
  isDown = false

  constructor(random: SeededRandom, trace: Trace) {
    this.#random = random
    this.#trace = trace
  }

  /** The network as one process of the platform reaches it. */
  reachedBy(life: Life): SendNotice {
    return async (url, headers, body) => {
      life.go()
      const fate = this.isDown ? 'lost' : this.#random.weighted(WEIGHTS)
      const { copies, late, acknowledged } = FATES[fate]
      const notice = { path: new URL(url).pathname, headers, body }
      const id = (await this.receivers?.attempted(notice, acknowledged)) ?? ''
      this.#trace.add('notice', id, fate)
      this.#trace.count(`notice ${fate}`)
      if (late > 0) this.#delayed.push(notice)
      for (let copy = 0; copy < copies; copy += 1) await this.receivers?.arrived(notice)
      for (let turn = this.#random.below(SLOWEST_DELIVERY); turn > 0; turn -= 1) await nextTurn()
      this.receivers?.ended(id)
      life.pass('after_notice')
      return deliveryOf(fate, acknowledged)
    }
  }

  /** Lets some of what was delayed arrive, in any order. */
  async deliverSome(): Promise<void> {
    while (this.#delayed.length > 0 && this.#random.chance(0.5)) {
      const [notice] = this.#delayed.splice(this.#random.below(this.#delayed.length), 1)
      if (notice) await this.receivers?.arrived(notice)
    }
  }
}

function deliveryOf(fate: Fate, acknowledged: boolean): Delivery {
  if (acknowledged) return { status: 204, reply: '', failure: '' }
  if (fate !== 'answered_500') return { status: null, reply: '', failure: fate }
  return { status: 500, reply: '{"code":"FAIL","message":"no"}', failure: 'The reply was HTTP 500' }
}
