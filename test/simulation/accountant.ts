import { createDecipheriv, createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import { type ReadBill, readBill } from './bill-reader.ts'
import { DayBooks } from './day-books.ts'
import { compareFundFlow, compareTradeBill } from './day-comparison.ts'
import type { SimulatedMerchant } from './merchants.ts'
import type { Nodes } from './nodes.ts'
import type { SeededRandom } from './random.ts'
import type { Trace } from './trace.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
const BEIJING = 8 * HOUR
/** When the bills of a day are there, after its end. */
const READY_AFTER = 10 * HOUR
/** Bills are kept for three months; older ones are not asked for again. */
const ASKED_AGAIN_WITHIN = 85 * DAY
/** How often a bill is asked for that nothing happened for. */
const EMPTY_CHANCE = 0.05
const ASKED_AGAIN_CHANCE = 0.02
/** The platform lets each wait for three seconds. */
const MOST_APPLICATIONS = 20

interface Parts {
  random: SeededRandom
  trace: Trace
  nodes: Nodes
  merchants: readonly SimulatedMerchant[]
}

/** A bill that somebody can apply for. */
interface Bill {
  kind: 'trade' | 'fund flow'
  /** Who applies, and whose bill it is. */
  merchant: SimulatedMerchant
  mchid: string
  /** Only the sub-merchant; undefined for all of a provider. */
  sub_mchid?: string | undefined
  account_type?: Account
}

/** The accounts that have a fund flow bill. */
export type Account = 'BASIC' | 'OPERATION' | 'FEES'

/** A bill as it was first given out. */
interface GivenBill {
  bill: Bill
  date: string
  sha1: string
}

/** The process died while it was asked. */
class Died extends Error {}

/**
 * Reconciles each day once it is over: applies for the bills of all merchants, downloads them, and holds them against the
 * ledger, the orders, the refunds and the notices of that day.
 */
export class Accountant {
  readonly #random: SeededRandom
  readonly #trace: Trace
  readonly #nodes: Nodes
  readonly #merchants: readonly SimulatedMerchant[]
  readonly #given: GivenBill[] = []
  #nextDay: number
  /** What does not come out even. */
  readonly broken: string[] = []

  constructor({ random, trace, nodes, merchants }: Parts) {
    this.#random = random
    this.#trace = trace
    this.#nodes = nodes
    // The provider calls under one number, whichever of its sub-merchants it calls for.
    this.#merchants = merchants
    this.#nextDay = dayBefore(nodes.clock.now())
  }

  /** Reconciles the days that are over. What a crash has interrupted is begun again the next time. */
  async work(): Promise<void> {
    const { clock } = this.#nodes
    while (this.#nextDay + DAY + READY_AFTER <= clock.now() && this.broken.length === 0) {
      if (!(await this.#survives(() => this.#reconcile(this.#nextDay)))) return
      this.#nextDay += DAY
    }
    if (this.#random.chance(ASKED_AGAIN_CHANCE)) await this.#survives(() => this.#askAgain())
  }

  /** Asks for every bill once more. */
  async finish(): Promise<void> {
    await this.work()
    for (const given of this.#given) await this.#askAgain(given)
  }

  async #survives(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof Died) return false
      throw error
    }
  }

  async #reconcile(begin: number): Promise<void> {
    const date = dateOf(begin)
    const books = await DayBooks.read(this.#nodes.db, begin)
    for (const bill of this.#billsOf(books)) {
      const isEmpty = !hasRows(books, bill)
      if (this.broken.length > 0) return
      if (isEmpty && !this.#random.chance(EMPTY_CHANCE)) continue
      const read = await this.#fetch(bill, date)
      const name = `The ${bill.account_type ?? 'trade'} bill of ${bill.mchid} ${bill.sub_mchid ?? ''} for ${date}`
      this.#trace.count(isEmpty ? 'empty bill' : `${bill.account_type ?? 'trade'} bill`)
      if ((read === undefined) !== isEmpty)
        this.broken.push(`${name} ${read ? 'has rows for nothing' : 'is missing'}`)
      if (!read) continue
      const found =
        bill.kind === 'trade' ? compareTradeBill(read, books, bill) : compareFundFlow(read, books, bill)
      this.broken.push(...found.map(what => `${name}: ${what}`))
    }
  }

  /** A trade bill for each caller and each sub-merchant, the basic account of all, and one of the others by turns. */
  #billsOf({ begin }: DayBooks): Bill[] {
    const other = Math.floor(begin / DAY) % 2 === 0 ? 'OPERATION' : 'FEES'
    const callers = [...new Map(this.#merchants.map(merchant => [merchant.mchid, merchant])).values()]
    return [
      ...callers.map(merchant => ({ kind: 'trade' as const, merchant, mchid: merchant.mchid })),
      ...this.#merchants
        .filter(({ sub_mchid }) => sub_mchid)
        .map(merchant => ({
          kind: 'trade' as const,
          merchant,
          mchid: merchant.mchid,
          sub_mchid: merchant.sub_mchid,
        })),
      ...this.#merchants.flatMap(merchant =>
        (['BASIC', other] satisfies Account[]).map(account_type => ({
          ...{ kind: 'fund flow' as const, merchant, account_type },
          ...{ mchid: merchant.sub_mchid ?? merchant.mchid, sub_mchid: merchant.sub_mchid },
        })),
      ),
    ]
  }

  /** Applies for a bill and downloads it; `undefined` when there is none. */
  async #fetch(bill: Bill, date: string): Promise<ReadBill | undefined> {
    const given = await this.#download(bill, date)
    if (!given) return undefined
    this.#given.push({ bill, date, sha1: given.sha1 })
    return readBill(given.file)
  }

  async #askAgain(given = this.#random.pickSome(this.#given)): Promise<void> {
    if (!given || Date.parse(given.date) < this.#nodes.clock.now() - ASKED_AGAIN_WITHIN) return
    const again = await this.#download(given.bill, given.date)
    this.#trace.count('bill again')
    if (again?.sha1 !== given.sha1)
      this.broken.push(`A bill of ${given.bill.mchid} for ${given.date} is another one than before`)
  }

  async #download(bill: Bill, date: string): Promise<{ file: Buffer; sha1: string } | undefined> {
    const isZipped = this.#random.chance(0.5)
    const target = targetOf(bill, date, isZipped)
    const applied = await this.#apply(bill.merchant, target)
    this.#trace.add('bill', target, applied.statusCode)
    if (applied.statusCode === 400 && applied.json().code === 'NO_STATEMENT_EXIST') return undefined
    if (applied.statusCode !== 200)
      return this.#fail(`${target} is answered ${applied.statusCode}: ${applied.body}`)
    const reply = applied.json()
    const { hash_value, download_url, encrypt_key, nonce } = reply.download_bill_list?.[0] ?? reply
    const url = new URL(download_url)
    const { statusCode, rawPayload } = await this.#get(bill.merchant, url.pathname + url.search)
    if (statusCode !== 200)
      return this.#fail(`The download of ${target} is answered ${statusCode}: ${rawPayload}`)
    const opened = encrypt_key
      ? decryptFile(rawPayload, bill.merchant.decrypt(encrypt_key), nonce)
      : rawPayload
    const file = isZipped ? gunzipSync(opened) : opened
    const sha1 = createHash('sha1').update(file).digest('hex')
    this.#trace.add('bill', sha1)
    if (sha1 !== hash_value) this.broken.push(`${target} says ${hash_value}, and the file has ${sha1}`)
    return { file, sha1 }
  }

  /** A bill may take longer than the platform lets anybody wait; then it is applied for again. */
  async #apply(merchant: SimulatedMerchant, target: string): Promise<LightMyRequestResponse> {
    for (let attempts = 1; ; attempts += 1) {
      const reply = await this.#get(merchant, target)
      const isCreating = reply.statusCode === 400 && reply.json().code === 'STATEMENT_CREATING'
      if (!isCreating || attempts === MOST_APPLICATIONS) return reply
    }
  }

  #fail(what: string): undefined {
    this.broken.push(what)
  }

  async #get(merchant: SimulatedMerchant, target: string): Promise<LightMyRequestResponse> {
    const { running, life } = this.#random.pick(this.#nodes.all)
    this.#nodes.passSecond()
    const { url, headers } = merchant.signGet(target)
    const host = this.#nodes.access.nameOfOneThatIsUp
    const reply = await running.app.inject({ method: 'GET', url, headers: { ...headers, host } })
    if (life.isOver) throw new Died()
    return reply
  }
}

function hasRows(books: DayBooks, { kind, mchid, sub_mchid, account_type = 'BASIC' }: Bill): boolean {
  if (kind === 'fund flow') return books.flowsOf(mchid, account_type).length > 0
  return [...books.payments, ...books.refunds].some(
    one => one.mchid === mchid && (sub_mchid === undefined || one.sub_mchid === sub_mchid),
  )
}

function targetOf(
  { kind, mchid, sub_mchid, account_type, merchant }: Bill,
  date: string,
  isZipped: boolean,
): string {
  const query = new URLSearchParams({ bill_date: date })
  if (sub_mchid) query.set('sub_mchid', sub_mchid)
  if (account_type) query.set('account_type', account_type)
  if (isZipped) query.set('tar_type', 'GZIP')
  if (kind === 'trade') return `/v3/bill/tradebill?${query}`
  if (mchid === merchant.mchid) return `/v3/bill/fundflowbill?${query}`
  query.set('algorithm', 'AEAD_AES_256_GCM')
  return `/v3/bill/sub-merchant-fundflowbill?${query}`
}

/** The tag is behind the text, as in sealed resources; nothing is authenticated beside it. */
function decryptFile(sealed: Buffer, key: string, nonce: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), Buffer.from(nonce))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

/** The midnight in Beijing with which the day before began. */
function dayBefore(instant: number): number {
  return Math.floor((instant + BEIJING) / DAY - 1) * DAY - BEIJING
}

function dateOf(begin: number): string {
  return new Date(begin + BEIJING).toISOString().slice(0, 10)
}
