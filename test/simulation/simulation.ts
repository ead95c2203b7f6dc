import { moveClock } from '../../src/clock/moves.ts'
import type { Faults, NewFault } from '../../src/faults/faults.ts'
import type { AccessPoint } from '../../src/faults/rules.ts'
import type { GivenOptions } from '../../src/node/options.ts'
import { NOW } from '../parking.ts'
import { Access } from './access.ts'
import { Accountant } from './accountant.ts'
import { nextTurn, SimulatedBank } from './bank.ts'
import { CRASH_POINTS, type Tamper } from './crashing-store.ts'
import { drawFaults, hostDown, reorderedTypes } from './fault-rules.ts'
import { History } from './history.ts'
import { ALWAYS, AT_THE_END, type Invariant, type InvariantName } from './invariants.ts'
import { SimulatedMerchant } from './merchants.ts'
import { type Node, Nodes } from './nodes.ts'
import { NoticeNetwork } from './notice-network.ts'
import { PaymentPayers } from './payment-payers.ts'
import { type Deed, PAYER_IDS, People } from './people.ts'
import { SeededRandom } from './random.ts'
import { type Snapshot, Snapshots } from './snapshot.ts'
import { Trace } from './trace.ts'
import { Traffic } from './traffic.ts'

export interface SimulationOptions {
  seed: number
  steps: number
  /** Platforms on one store; more than one only on PostgreSQL, and then two runs of a seed may differ. */
  nodes?: number
  /** A planted bug. */
  tamper?: Tamper
  onStep?: (step: number) => void
}

export interface Violation {
  invariant: InvariantName
  what: string
}

/** What came of a simulation. It ends with the first step after which something is broken. */
export interface Outcome {
  steps: number
  violations: Violation[]
  /** The same for two runs of one seed. */
  digest: string
  /** How often each thing was met. */
  counts: ReadonlyMap<string, number>
  /** The last things that happened. */
  last: readonly string[]
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Who calls: direct merchants, and a provider for its sub-merchants. */
const CALLERS = [
  { mchid: '1230000109' },
  { mchid: '1230000111' },
  { mchid: '1230000100', sub_mchid: '1900000109' },
  { mchid: '1230000100', sub_mchid: '1900000111' },
] as const
const MERCHANTS = ['1230000109', '1230000111', '1230000100', '1900000109', '1900000111'] as const

const ACTIONS = {
  ...{ call: 50, deed: 21, pay: 10, fuss: 2, runDue: 11, move: 6, burst: 8, card: 4, restart: 1 },
} as const
type Action = keyof typeof ACTIONS
/** What several do at once. */
const IN_A_BURST = { ...ACTIONS, move: 0, burst: 0, restart: 0 }
const CRASH_CHANCE = 0.05
/** How often an access point goes down, one at a time, and comes back. */
const DOWN_CHANCE = 0.02
const UP_CHANCE = 0.15
/** How far time is moved at most, each as likely as the others. */
const MOVES = [10 * SECOND, MINUTE, 10 * MINUTE, HOUR, HOUR, 6 * HOUR, 6 * HOUR, DAY, DAY, 40 * DAY] as const
/** Steps between two thorough checks. */
const THOROUGH_EVERY = 20
/** The last act: after it nothing of the simulation is due any more. */
const EPILOGUE = [10 * MINUTE, 2 * DAY, 12 * DAY] as const

/** Lives through `steps` steps that the seed draws, and checks after each that nothing is broken. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const random = new SeededRandom(options.seed)
  const trace = new Trace()
  const bank = new SimulatedBank(random.fork('bank'), trace)
  const network = new NoticeNetwork(random.fork('network'), trace)
  const access = new Access()
  const nodes = await Nodes.start({
    random: random.fork('platform'),
    start: NOW,
    count: options.nodes ?? 1,
    rules: rulesOf(random),
    bank,
    network,
    access,
    tamper: options.tamper,
  })
  try {
    return await new Simulation(options, { random, trace, bank, network, nodes }).run()
  } finally {
    await nodes.stop()
  }
}

/** Money is released within a simulation's time; half of the payers' debts have a time of grace; half of the orders may be refunded again at once. */
function rulesOf(random: SeededRandom): GivenOptions {
  return {
    profitSharingHold: 2 * DAY,
    advanceGrace: random.chance(0.5) ? 0 : 2 * HOUR,
    refundInterval: random.chance(0.5) ? 0 : MINUTE,
  }
}

interface Parts {
  random: SeededRandom
  trace: Trace
  bank: SimulatedBank
  network: NoticeNetwork
  nodes: Nodes
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #random: SeededRandom
  readonly #trace: Trace
  readonly #bank: SimulatedBank
  readonly #network: NoticeNetwork
  readonly #nodes: Nodes
  readonly #people: People
  readonly #payers: PaymentPayers
  readonly #traffic: Traffic
  readonly #accountant: Accountant
  readonly #history = new History()
  readonly #snapshots: Snapshots
  /** What was under way when a process died, and is done again. */
  readonly #interrupted: Deed[] = []
  /** What goes wrong on purpose. */
  readonly #faults: NewFault[]
  readonly #reordered: ReadonlySet<string | undefined>
  #before: Snapshot = {
    ...{ orders: new Map(), payments: new Map(), refunds: new Map(), stays: new Map() },
    ...{ results: [], newNotices: [] },
  }
  #step = 0

  constructor(options: SimulationOptions, { random, trace, bank, network, nodes }: Parts) {
    this.#options = options
    this.#random = random.fork('steps')
    this.#trace = trace
    this.#bank = bank
    this.#network = network
    this.#nodes = nodes
    this.#snapshots = new Snapshots(nodes.db)
    this.#faults = drawFaults(random.fork('faults'))
    this.#reordered = reorderedTypes(this.#faults)
    this.#people = new People(random.fork('people'), bank, MERCHANTS)
    const merchants = CALLERS.map(
      caller =>
        new SimulatedMerchant({
          ...{ sub_mchid: undefined, ...caller },
          credentials: nodes.credentials(caller.mchid),
          random: random.fork(`merchant ${Object.values(caller)}`),
          wallNow: () => nodes.clock.wallNow(),
        }),
    )
    const history = this.#history
    this.#payers = new PaymentPayers({
      ...{ random: random.fork('payers'), trace, history, merchants, payerIds: PAYER_IDS },
    })
    const { shoppers } = this.#payers
    this.#traffic = new Traffic({
      random: random.fork('traffic'),
      trace,
      history,
      nodes,
      merchants,
      shoppers,
    })
    this.#accountant = new Accountant({ random: random.fork('accountant'), trace, nodes, merchants })
    network.receivers = this.#traffic
  }

  async run(): Promise<Outcome> {
    const beginnings = this.#people.beginnings(this.#nodes.clock.now())
    for (const deed of [...beginnings, ...this.#payers.beginnings()]) await this.#do(deed)
    for (const fault of this.#faults) await this.#changeFaults(faults => faults.put(fault))
    let violations = await this.#check(ALWAYS)
    while (this.#step < this.#options.steps && violations.length === 0) {
      this.#step += 1
      this.#options.onStep?.(this.#step)
      await this.#live()
      violations = await this.#check(ALWAYS)
    }
    // In some lives all merchants are gone at last, for longer than the retry schedule of a notice.
    this.#network.isDown = this.#random.chance(0.3)
    if (this.#network.isDown) this.#trace.count('merchants gone')
    for (const span of EPILOGUE) {
      if (violations.length > 0) break
      await this.#calmDown(span)
      violations = await this.#check(ALWAYS)
    }
    if (violations.length === 0) {
      await this.#traffic.finish()
      await this.#accountant.finish()
      violations = await this.#check({ ...ALWAYS, ...AT_THE_END })
    }
    const { counts, last } = this.#trace
    return { steps: this.#step, violations, digest: this.#trace.digest(), counts, last }
  }

  /** One step: something happens, or several things at once, and perhaps a process dies of it. */
  async #live(): Promise<void> {
    const random = this.#random
    this.#nodes.clock.advance(random.between(1, 3 * SECOND))
    await this.#changeAccess()
    if (random.chance(CRASH_CHANCE)) {
      const point = random.pick(CRASH_POINTS)
      this.#trace.add('plan', point)
      random.pick(this.#nodes.all).life.plan(point, random.between(1, 3))
    }
    const action = random.weighted(ACTIONS)
    this.#trace.add(`step ${this.#step}`, action)
    await this.#act(action)
    await this.#network.deliverSome()
    await this.#traffic.deliverSome()
    await this.#accountant.work()
    await this.#replaceTheDead()
  }

  /** An access point goes down, or comes back. */
  async #changeAccess(): Promise<void> {
    const random = this.#random
    const { access } = this.#nodes
    if (!random.chance(access.down ? UP_CHANCE : DOWN_CHANCE)) return
    // Nobody dies of this, so that everybody knows what is down.
    for (const { life } of this.#nodes.all) life.plan(undefined)
    if (access.down) return this.#bringBack(access.down)
    const point = random.chance(0.7) ? 'api' : 'api2'
    await this.#changeFaults(faults => faults.put(hostDown(point)))
    access.down = point
    this.#trace.add('down', point)
  }

  async #bringBack(point: AccessPoint): Promise<void> {
    await this.#endFault(hostDown(point))
    this.#nodes.access.down = undefined
  }

  async #act(action: Action): Promise<void> {
    const random = this.#random
    const now = this.#nodes.clock.now()
    switch (action) {
      case 'call':
        return this.#traffic.call()
      case 'deed':
        return this.#do(this.#interrupted.shift() ?? this.#people.next(now))
      case 'pay':
        return this.#pay(now)
      case 'fuss':
        for (const deed of this.#people.fuss()) await this.#do(deed)
        return
      case 'runDue':
        return this.#runDue()
      case 'move': {
        const span = random.pick(MOVES)
        return this.#move(random.between(1, span))
      }
      case 'burst': {
        const actions = Array.from({ length: random.between(2, 5) }, () => random.weighted(IN_A_BURST))
        await Promise.all(actions.map(one => this.#act(one)))
        return
      }
      case 'card':
        return this.#people.payIntoCard()
      case 'restart':
        return this.#restart(random.below(this.#nodes.all.length))
    }
  }

  /** Payers come to an order, most of them to one that was just made; and now and then its merchant does not wait for them. */
  async #pay(now: number): Promise<void> {
    if (this.#random.chance(0.6)) await this.#traffic.sell()
    const visit = this.#payers.next(now)
    if (!visit) return
    const isClosed = this.#random.chance(0.15)
    const paid = visit.deeds.map(deed => this.#do(deed))
    await Promise.all([...paid, isClosed && this.#traffic.close(visit.payment)])
  }

  /** All processes claim what is due at once. */
  async #runDue(): Promise<void> {
    await Promise.all(this.#nodes.all.map(node => this.#survive(() => node.running.runDue(), node)))
  }

  /** One process moves the time, and the others do due work beside it. A move with a name is repeated after a crash. */
  async #move(step_ms: number): Promise<void> {
    const move_id = `step ${this.#step}`
    const named: Deed = {
      name: `moveClock ${move_id} ${step_ms}`,
      perform: ({ running: { platform, scheduler } }) => moveClock(platform, scheduler, { move_id, step_ms }),
    }
    const target = this.#nodes.clock.now() + step_ms
    const moved = this.#random.chance(0.5)
      ? this.#do(named)
      : this.#survive(({ running }) => running.scheduler.moveTo(target))
    await Promise.all([moved, this.#nodes.all.length > 1 && this.#runDue()])
  }

  /** Something inside of a process, which may die of it. Answers whether it was done. */
  async #survive(
    work: (node: Node) => Promise<unknown>,
    node = this.#random.pick(this.#nodes.all),
  ): Promise<boolean> {
    try {
      await work(node)
      return true
    } catch (error) {
      node.life.fail(error)
      return false
    }
  }

  async #do(deed: Deed): Promise<void> {
    let outcome: unknown
    const isDone = await this.#survive(async node => {
      outcome = await deed.perform(node)
    })
    if (!isDone) this.#interrupted.push(deed)
    this.#trace.add('deed', deed.name, isDone ? outcome : 'interrupted')
    this.#trace.count(`deed ${deed.name.split(' ')[0]}`)
  }

  /** Starts anew what has crashed; time may have passed until then. */
  async #replaceTheDead(): Promise<void> {
    for (const [index, { life }] of this.#nodes.all.entries()) {
      if (!life.isOver) continue
      this.#trace.count('crash')
      if (this.#random.chance(0.3)) this.#nodes.clock.advance(this.#random.between(1, 2 * HOUR))
      await this.#restart(index)
    }
  }

  async #restart(index: number): Promise<void> {
    this.#trace.add('restart', index)
    this.#trace.count('restart')
    await this.#traffic.letGo(this.#nodes.all[index])
    await this.#nodes.restart(index)
  }

  /** Nobody does anything new; time passes until nothing is due. */
  async #calmDown(span: number): Promise<void> {
    this.#trace.add('calm', span)
    for (const { life } of this.#nodes.all) life.plan(undefined)
    await this.#endFaults()
    this.#bank.isCalm = true
    await this.#traffic.settleRefunds()
    const moveOn = { name: 'calm', perform: ({ running }: Node) => running.scheduler.moveTo(target) }
    const target = this.#nodes.clock.now() + span
    for (const deed of [...this.#interrupted.splice(0), ...this.#people.endings(), moveOn])
      await this.#do(deed)
  }

  /** Somebody changes the rules by which things go wrong, and every process knows of it. */
  async #changeFaults(change: (faults: Faults) => Promise<unknown>): Promise<void> {
    const all = this.#nodes.all.map(({ running }) => running.platform.faults)
    for (const faults of all.slice(0, 1)) await change(faults)
    for (const faults of all.slice(1)) await faults.reload()
  }

  /** Nothing new goes wrong on purpose. */
  async #endFaults(): Promise<void> {
    for (const fault of this.#faults.splice(0)) await this.#endFault(fault)
    const { down } = this.#nodes.access
    if (down) await this.#bringBack(down)
  }

  async #endFault({ fault_id, kind }: NewFault): Promise<void> {
    const { injected = 0 } = (await this.#nodes.all[0]?.running.platform.faults.find(fault_id)) ?? {}
    this.#trace.add('fault', fault_id, injected)
    if (injected > 0) this.#trace.count(`injected by ${kind}`)
    await this.#changeFaults(faults => faults.remove(fault_id))
  }

  async #check(invariants: Readonly<Record<string, Invariant>>): Promise<Violation[]> {
    await nextTurn()
    const now = await this.#snapshots.take()
    const view = {
      ...{ db: this.#nodes.db, now, before: this.#before, notices: this.#snapshots.notices },
      ...{ history: this.#history, bank: this.#bank, faults: this.#nodes.faults },
      accountant: this.#accountant,
      reordered: this.#reordered,
      isThorough: this.#step % THOROUGH_EVERY === 0 || this.#step === this.#options.steps,
    }
    const found: Violation[] = []
    for (const [invariant, holds] of Object.entries(invariants)) {
      for (const what of await holds(view)) found.push({ invariant: invariant as InvariantName, what })
    }
    this.#before = now
    return found
  }
}
