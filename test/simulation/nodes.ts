import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GivenOptions } from '../../src/node/options.ts'
import { type RunningPlatform, startPlatform } from '../../src/node/start.ts'
import type { Database } from '../../src/store/database.ts'
import { createTestStore, type TestStore } from '../../src/store/testing.ts'
import {
  type MerchantCredentials,
  readCredentials,
  type VirtualClock,
  virtualClock,
} from '../../src/testing/index.ts'
import { sharedKeys } from '../../src/testing/shared-keys.ts'
import type { Access } from './access.ts'
import type { SimulatedBank } from './bank.ts'
import { crashingStore, Life, type Tamper } from './crashing-store.ts'
import type { NoticeNetwork } from './notice-network.ts'
import type { SeededRandom } from './random.ts'

/** How long another node does not touch what a dead one had in hand, in milliseconds of wall time; a little more. */
const LEASE_OVER_MS = 16_000

const SECOND = 1_000

/** How often a start ends in a crash, and how many commits it has at most: the first one makes the tables and the sandbox. */
const CRASH_CHANCE = 0.15
const COMMITS_OF_A_START = 2
const COMMITS_OF_THE_FIRST = 16

/** A platform's process and its life. */
export interface Node {
  running: RunningPlatform
  life: Life
}

export interface NodesOptions {
  random: SeededRandom
  start: string
  count: number
  rules: GivenOptions
  bank: SimulatedBank
  network: NoticeNetwork
  access: Access
  tamper?: Tamper | undefined
}

/** The platform's processes on one store. They crash and are started anew; the store, the time and the outside stay. */
export class Nodes {
  readonly clock: VirtualClock
  /** Looks at what is committed, beside all processes. */
  readonly db: Database
  readonly #options: NodesOptions
  readonly #store: TestStore
  readonly #folders: string[]
  readonly #nodes: Node[] = []
  readonly #faults: unknown[] = []
  readonly #starts: SeededRandom
  #wallShift = 0

  private constructor(options: NodesOptions, store: TestStore, db: Database) {
    this.#options = options
    this.#starts = options.random.fork('starts')
    this.#store = store
    this.db = db
    const virtual = virtualClock(options.start)
    this.clock = Object.assign(virtual, { wallNow: () => Date.now() + this.#wallShift })
    this.#folders = Array.from({ length: options.count }, () =>
      mkdtempSync(join(tmpdir(), 'boomgate-simulation-')),
    )
  }

  static async start(options: NodesOptions): Promise<Nodes> {
    const store = createTestStore()
    const nodes = new Nodes(options, store, await store.open())
    for (let index = 0; index < options.count; index += 1) await nodes.#begin(index)
    return nodes
  }

  /** The way to all of them. */
  get access(): Access {
    return this.#options.access
  }

  get all(): readonly Node[] {
    return this.#nodes
  }

  /** What has failed inside of the platform that nobody is meant to see. */
  get faults(): unknown[] {
    return [...this.#faults, ...this.#nodes.flatMap(({ life }) => life.faults)]
  }

  /** Wall time goes on by a second, as it does of itself. */
  passSecond(): void {
    this.#wallShift += SECOND
  }

  credentials(mchid: string): MerchantCredentials {
    return readCredentials(this.#folders[0] ?? '', mchid)
  }

  /** Ends a process, whether it has crashed or not, and starts another one on the same store. */
  async restart(index: number): Promise<void> {
    const node = this.#nodes[index]
    if (!node) throw new Error(`There is no node ${index}`)
    await this.#end(node)
    await this.#begin(index)
  }

  async stop(): Promise<void> {
    for (const node of this.#nodes) await this.#end(node)
    await this.db.close()
    await this.#store.remove()
    for (const folder of this.#folders) rmSync(folder, { recursive: true })
  }

  /** Starts a process, which may die of it too; then the next one has to find its way. */
  async #begin(index: number): Promise<void> {
    const starts = this.#starts
    for (;;) {
      const life = new Life(() => {
        // What the dead process had in hand is not touched by the others for a while, which passes at once here.
        if (this.#options.count > 1) this.#wallShift += LEASE_OVER_MS
      })
      const commits = this.#nodes[index] ? COMMITS_OF_A_START : COMMITS_OF_THE_FIRST
      if (starts.chance(CRASH_CHANCE))
        life.plan(starts.pick(['before_commit', 'after_commit'] as const), starts.between(1, commits))
      try {
        const running = await this.#startWith(index, life)
        life.plan(undefined)
        this.#nodes[index] = { running, life }
        return
      } catch (error) {
        if (!life.isOver) throw error
      }
    }
  }

  async #startWith(index: number, life: Life): Promise<RunningPlatform> {
    const { random, rules, bank, network, access, tamper } = this.#options
    // Key pairs are dear to make, so all runs of one process share them.
    return startPlatform(
      {
        port: 0,
        adminPort: 0,
        // The links of H5 orders begin with it, and are in the trace.
        publicUrl: 'https://pay.example.com',
        data: this.#folders[index] ?? '',
        logLevel: 'silent',
        rateLimit: Number.MAX_SAFE_INTEGER,
        ...rules,
      },
      {
        clock: this.clock,
        random: size => random.bytes(size),
        workers: false,
        sandboxKeys: await sharedKeys(),
        bank: bank.reachedBy(life),
        send: network.reachedBy(life),
        wait: access.wait,
        open: async () => crashingStore(await this.#store.open(), life, tamper),
      },
    )
  }

  async #end({ running, life }: Node): Promise<void> {
    this.#faults.push(...life.faults.splice(0))
    await running.stop()
  }
}
