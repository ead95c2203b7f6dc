import { putCard, removeCard } from '../../src/funding/cards.ts'
import { type CouponStock, createStock, sendCoupon } from '../../src/funding/coupon-stocks.ts'
import { release } from '../../src/funding/profit-sharing.ts'
import { beginRepayment } from '../../src/funding/repay.ts'
import { topUp, withdraw } from '../../src/funding/wallet.ts'
import { changeMerchant } from '../../src/merchants/change-merchant.ts'
import { topUpMerchant, withdrawFromMerchant } from '../../src/merchants/merchant-money.ts'
import type { Platform } from '../../src/node/platform.ts'
import { replayNotice } from '../../src/notices/outbox.ts'
import { changePayer, createPayer } from '../../src/payers/payers.ts'
import type { PlateColor } from '../../src/products/industry/parking/plate.ts'
import { plateContext } from '../../src/products/industry/parking/plate-context.ts'
import {
  openPlate,
  pausePlate,
  removePlate,
  resumePlate,
} from '../../src/products/industry/parking/plates.ts'
import type { Transaction } from '../../src/store/database.ts'
import type { SimulatedBank } from './bank.ts'
import type { Node } from './nodes.ts'
import type { SeededRandom } from './random.ts'

/** Something that a payer or the platform's operator does. It can be repeated when nobody knows whether it was done. */
export interface Deed {
  name: string
  perform(node: Node): Promise<unknown>
}

export interface Plate {
  plate_number: string
  plate_color: PlateColor
}

const DAY = 24 * 60 * 60 * 1000
const PAYERS = 6
const CARDS_PER_PAYER = 2
const BANK_TYPES = ['CMB_DEBIT', 'ICBC_DEBIT'] as const

/** Numbers that the sandbox does not have yet. */
export const PLATES: readonly Plate[] = Array.from({ length: 7 }, (_, index) => ({
  plate_number: `粤C${30_001 + index}`,
  plate_color: 'BLUE',
}))
export const PAYER_IDS = Array.from({ length: PAYERS }, (_, index) => `driver-${index + 1}`)
const CARD_IDS = PAYER_IDS.flatMap(payer =>
  Array.from({ length: CARDS_PER_PAYER }, (_, index) => `card-${payer}-${index + 1}`),
)

/**
 * Payers whose score changes, and the plates that only they have. A notice has no word for a bad score, so what merchants
 * know of these plates may be out of date.
 */
const ASSESSED_PAYERS = PAYER_IDS.slice(0, 2)
const ASSESSED_PLATES = PLATES.slice(0, 2)
const OTHER_PLATES = PLATES.slice(2)
export const isAssessed = (plateNumber: string): boolean =>
  ASSESSED_PLATES.some(({ plate_number }) => plate_number === plateNumber)

/** How often each deed is drawn. */
const PAYERS_DEEDS = {
  ...{ open: 22, pause: 7, resume: 14, remove: 3, topUp: 8, withdraw: 3, putCard: 4, removeCard: 2 },
  ...{ score: 3, freeze: 7, unfreeze: 17, walletPosition: 1, advanceLimit: 2, repay: 20, coupon: 22 },
  ...{
    stock: 3,
    restrict: 1,
    allow: 12,
    advances: 3,
    feeRate: 1,
    keyShare: 1,
    pauseNotices: 2,
    release: 4,
    replay: 2,
    merchantTopUp: 8,
    merchantWithdraw: 8,
    autoWithdrawal: 4,
    withoutFunds: 3,
  },
} as const

/** Payers and the platform's operator. They draw what they do next; all of it goes through the rooms' functions. */
export class People {
  readonly #random: SeededRandom
  readonly #bank: SimulatedBank
  readonly #merchants: readonly string[]
  readonly #stocks: string[] = []
  #numbers = 0

  constructor(random: SeededRandom, bank: SimulatedBank, merchants: readonly string[]) {
    this.#random = random
    this.#bank = bank
    this.#merchants = merchants
  }

  /** What is there when the simulation begins. */
  beginnings(now: number): Deed[] {
    const random = this.#random
    const opening = PAYER_IDS.map((payer_id, index) => ({ payer_id, ...(PLATES[index] as Plate) }))
    for (const cardId of CARD_IDS) this.#bank.deposit(cardId, random.between(0, 5_000))
    return [
      ...this.#merchants.map(mchid =>
        merchantDeed(mchid, {
          collection_restricted: 0,
          refund_without_funds: random.chance(0.4) ? 'WAIT' : 'REFUSE',
        }),
      ),
      ...PAYER_IDS.map(payer_id => {
        const advance_limit = random.pick([0, 5_000, 50_000, 50_000])
        return deed(`create ${payer_id}`, tx => createPayer(tx, { payer_id, score: 700, advance_limit }))
      }),
      ...opening.map(plate => deed('open', (tx, platform) => openPlate(tx, plateContext(platform), plate))),
      ...PAYER_IDS.filter(() => random.chance(0.7)).map(payer => this.#topUp(payer, now)),
      ...CARD_IDS.filter(() => random.chance(0.6)).map(cardId => this.#putCard(cardId)),
      this.#stock(now),
    ]
  }

  /** The next deed of somebody. */
  next(now: number): Deed {
    const random = this.#random
    const payer_id = random.pick(PAYER_IDS)
    const isAssessedPayer = ASSESSED_PAYERS.includes(payer_id)
    const plate = { payer_id, ...random.pick(isAssessedPayer ? ASSESSED_PLATES : OTHER_PLATES) }
    const cardId = random.pick(CARD_IDS)
    const mchid = random.pick(this.#merchants)
    const change = (changes: Parameters<typeof changePayer>[2], payer = payer_id) =>
      deed(`change ${payer} ${JSON.stringify(changes)}`, tx => changePayer(tx, payer, changes))
    const onPlate = (act: typeof openPlate) =>
      deed(`${act.name} ${plate.plate_number} of ${payer_id}`, (tx, platform) =>
        act(tx, plateContext(platform), plate),
      )
    const makers: Record<keyof typeof PAYERS_DEEDS, () => Deed> = {
      open: () => onPlate(openPlate),
      pause: () => onPlate(pausePlate),
      resume: () => onPlate(resumePlate),
      remove: () => onPlate(removePlate),
      topUp: () => this.#topUp(payer_id, now),
      withdraw: () => {
        const movement = {
          payer_id,
          id: this.#newNumber('w'),
          amount: random.between(1, 2_000),
          business_time: now,
        }
        return deed(`withdraw ${JSON.stringify(movement)}`, tx => withdraw(tx, movement))
      },
      putCard: () => this.#putCard(cardId),
      removeCard: () => deed(`removeCard ${cardId}`, tx => removeCard(tx, cardId)),
      score: () => change({ score: random.pick([400, 549, 550, 700]) }, random.pick(ASSESSED_PAYERS)),
      freeze: () => change({ wallet_state: 'FROZEN' }),
      unfreeze: () => change({ wallet_state: 'NORMAL' }),
      walletPosition: () => change({ wallet_position: random.below(3) }),
      advanceLimit: () => change({ advance_limit: random.pick([0, 5_000, 50_000]) }),
      repay: () => {
        const source = random.chance(0.4)
          ? 'wallet'
          : `card-${payer_id}-${random.between(1, CARDS_PER_PAYER)}`
        const repayment = { repayment_id: this.#newNumber('r'), payer_id, source }
        return deed(`repay ${JSON.stringify(repayment)}`, (tx, platform) =>
          beginRepayment(tx, platform, repayment),
        )
      },
      coupon: () => {
        const coupon = {
          coupon_id: this.#newNumber('c'),
          stock_id: random.pick(this.#stocks.slice(-3)),
          payer_id,
        }
        return deed(`sendCoupon ${JSON.stringify(coupon)}`, (tx, platform) =>
          sendCoupon(tx, platform, coupon),
        )
      },
      stock: () => this.#stock(now),
      restrict: () => merchantDeed(mchid, { collection_restricted: 1 }),
      allow: () => merchantDeed(mchid, { collection_restricted: 0 }),
      advances: () => merchantDeed(mchid, { advance_enabled: random.chance(0.6) ? 1 : 0 }),
      feeRate: () => merchantDeed(mchid, { fee_rate: random.pick([0, 60, 100]) }),
      keyShare: () => merchantDeed(mchid, { notice_key_share: random.pick([0, 50, 100]) }),
      pauseNotices: () => merchantDeed(mchid, { notices_paused: random.chance(0.4) ? 1 : 0 }),
      autoWithdrawal: () => merchantDeed(mchid, { auto_withdrawal: random.chance(0.6) ? 1 : 0 }),
      withoutFunds: () =>
        merchantDeed(mchid, { refund_without_funds: random.chance(0.3) ? 'WAIT' : 'REFUSE' }),
      merchantTopUp: () => this.#moveMerchantMoney(mchid, topUpMerchant, now),
      merchantWithdraw: () => this.#moveMerchantMoney(mchid, withdrawFromMerchant, now),
      replay: () => deed('replay', (tx, platform) => replayLatest(tx, platform)),
      release: () => deed('release', (tx, platform) => releaseOldest(tx, platform)),
    }
    return makers[random.weighted(PAYERS_DEEDS)]()
  }

  /** What a payer who cannot decide does with a plate, all in one instant. */
  fuss(): Deed[] {
    const payer_id = this.#random.pick(PAYER_IDS)
    const plates = ASSESSED_PAYERS.includes(payer_id) ? ASSESSED_PLATES : OTHER_PLATES
    const plate = { payer_id, ...this.#random.pick(plates) }
    return [openPlate, pausePlate, resumePlate, pausePlate, resumePlate].map(act =>
      deed(`${act.name} ${plate.plate_number} of ${payer_id}`, (tx, platform) =>
        act(tx, plateContext(platform), plate),
      ),
    )
  }

  /** What brings everything back to where it can end. */
  endings(): Deed[] {
    return this.#merchants.map(mchid => merchantDeed(mchid, { notices_paused: 0 }))
  }

  /** Somebody's salary comes to a card, or nothing does. */
  payIntoCard(): void {
    this.#bank.deposit(this.#random.pick(CARD_IDS), this.#random.between(0, 9_000))
  }

  #topUp(payer_id: string, now: number): Deed {
    const movement = {
      payer_id,
      id: this.#newNumber('t'),
      amount: this.#random.between(1, 3_000),
      business_time: now,
    }
    return deed(`topUp ${JSON.stringify(movement)}`, tx => topUp(tx, movement))
  }

  #moveMerchantMoney(mchid: string, move: typeof topUpMerchant, business_time: number): Deed {
    const random = this.#random
    // What refunds take last is filled, and what they take first is emptied, or the last would never be needed.
    const isTopUp = move === topUpMerchant
    const [often, seldom] = isTopUp ? (['OPERATION', 'BASIC'] as const) : (['BASIC', 'OPERATION'] as const)
    const movement = {
      ...{ mchid, id: this.#newNumber('m'), business_time },
      account: random.pick([often, often, seldom]),
      amount: random.between(1, isTopUp ? 1_500 : 3_000),
    }
    return deed(`${move.name} ${JSON.stringify(movement)}`, tx => move(tx, movement))
  }

  #putCard(cardId: string): Deed {
    const payer_id = cardId.slice('card-'.length, -2)
    const bank_type = BANK_TYPES[Number(cardId.slice(-1)) - 1] ?? BANK_TYPES[0]
    const card = { card_id: cardId, payer_id, bank_type, position: this.#random.below(4) }
    return deed(`putCard ${JSON.stringify(card)}`, tx => putCard(tx, card))
  }

  #stock(now: number): Deed {
    const random = this.#random
    const stock_id = this.#newNumber('s')
    this.#stocks.push(stock_id)
    const type: CouponStock['type'] = random.chance(0.6) ? 'CASH' : 'NOCASH'
    const amount = random.between(1, 300)
    const ours = type === 'CASH' ? random.below(amount + 1) : 0
    const others = type === 'CASH' ? random.below(amount - ours + 1) : 0
    const stock = {
      ...{
        stock_id,
        name: `Stock ${stock_id}`,
        scope: random.pick(['GLOBAL', 'SINGLE'] as const),
        type,
        amount,
      },
      ...{
        wechatpay_contribute: ours,
        other_contribute: others,
        merchant_contribute: amount - ours - others,
      },
      ...{ transaction_minimum: random.pick([0, 0, 500]), goods_tag: random.pick(['', '', 'WXG']) },
      ...{ max_coupons: random.between(4, 20), max_coupons_per_payer: 4 },
      available_merchants: random.chance(0.2) ? [random.pick(this.#merchants)] : [],
    } as const
    const span = random.between(1, 40) * (DAY / 4)
    return deed(`createStock ${stock_id} ${type} ${amount}`, (tx, platform) => {
      return createStock(tx, platform, {
        ...stock,
        available_begin_time: now,
        available_end_time: now + span,
      })
    })
  }

  #newNumber(prefix: string): string {
    this.#numbers += 1
    return `${prefix}${String(this.#numbers).padStart(4, '0')}`
  }
}

/** A deed that is one transaction. */
function deed(name: string, work: (tx: Transaction, platform: Platform) => Promise<unknown>): Deed {
  return {
    name,
    perform: ({ running: { platform } }) => platform.db.transaction(tx => work(tx, platform)),
  }
}

function merchantDeed(mchid: string, changes: Parameters<typeof changeMerchant>[2]): Deed {
  return deed(`merchant ${mchid} ${JSON.stringify(changes)}`, tx => changeMerchant(tx, mchid, changes))
}

async function replayLatest(tx: Transaction, platform: Platform): Promise<boolean> {
  const latest = await tx.get<{ id: string }>('SELECT id FROM notices ORDER BY create_time DESC, id LIMIT 1')
  return latest ? replayNotice(tx, platform, latest.id) : false
}

async function releaseOldest(tx: Transaction, platform: Platform): Promise<boolean> {
  const held = await tx.get<{ subject: string }>(
    'SELECT subject FROM profit_sharing_holds WHERE due_at IS NOT NULL ORDER BY due_at, subject LIMIT 1',
  )
  return held ? release(tx, platform, held.subject) : false
}
