import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Refund } from '../../src/products/common/refunds/contract.ts'
import { encryptField } from '../../src/protocol/sensitive-field.ts'
import type { MerchantCredentials } from '../../src/testing/index.ts'
import type { Fields } from '../parking.ts'
import type { Call, KnownCharge, SimulatedMerchant } from './merchants.ts'
import type { SeededRandom } from './random.ts'

const REFUNDS = '/v3/refund/domestic/refunds'

/** A refund that a merchant has asked for. */
export interface KnownRefund {
  call: Call
  out_refund_no: string
  out_trade_no: string
  amount: number
  /** What the merchant has learned of it. */
  status: Refund['status'] | undefined
  refund_id: string | undefined
}

/** What a reply or a notice says of a refund. */
type RefundNews = Pick<Refund, 'out_refund_no' | 'status' | 'refund_id'>

/** How much of an order a merchant asks for, and how often. The last four are mistakes. */
const AMOUNTS = { all: 5, some: 5, rest: 5, little: 3, tooMuch: 1, restAndMore: 1, otherTotal: 1 } as const

/** Where a merchant gives money back, and what it knows of that. */
export class RefundDesk {
  readonly known: KnownRefund[] = []
  readonly #merchant: SimulatedMerchant
  readonly #random: SeededRandom
  readonly #platformKey: KeyObject

  constructor(merchant: SimulatedMerchant, random: SeededRandom, credentials: MerchantCredentials) {
    this.#merchant = merchant
    this.#random = random
    this.#platformKey = createPublicKey(credentials.platform_public_key)
  }

  /** Asks for a refund of a charge or a payment, which may be somebody else's. */
  newRefund(charge: KnownCharge): Call {
    const random = this.#random
    const { out_trade_no, call } = charge
    const out_refund_no = this.#merchant.newNumber('R')
    const { total } = call.fields.amount as { total: number }
    const drawn = random.weighted(AMOUNTS)
    const amount = Math.max(1, this.#amountOf(drawn, total, this.restOf(charge)))
    const fields = {
      ...this.#orderOf(charge),
      out_refund_no,
      ...(random.chance(0.3) && { reason: '多收了' }),
      ...(random.chance(0.8) && { notify_url: this.#merchant.notifyUrl }),
      ...(random.chance(0.1) && { funds_account: random.chance(0.9) ? 'AVAILABLE' : 'UNSETTLED' }),
      amount: {
        refund: amount,
        total: drawn === 'otherTotal' ? total + 1 : total,
        currency: 'CNY',
        ...this.#fromOf(charge, amount),
      },
    }
    const refund = this.#merchant.newCall('refund', 'POST', REFUNDS, fields)
    const known = {
      call: refund,
      out_refund_no,
      out_trade_no,
      amount,
      status: undefined,
      refund_id: undefined,
    }
    this.known.push(known)
    return refund
  }

  /** The same number for another amount, which no merchant should ask for. */
  otherContent({ call }: KnownRefund): Call {
    const amount = call.fields.amount as { refund: number }
    return { ...call, fields: { ...call.fields, amount: { ...amount, refund: amount.refund + 1 } } }
  }

  query({ out_refund_no }: Pick<KnownRefund, 'out_refund_no'>): Call {
    return this.#merchant.newCall('queryRefund', 'GET', `${REFUNDS}/${out_refund_no}`, {})
  }

  /** Says where the money shall go instead, to the user's bank card or to the merchant, who pays the user in another way. */
  settle({ out_refund_no, refund_id }: KnownRefund): Call | undefined {
    if (!refund_id) return undefined
    const encrypt = (text: string) => encryptField(text, this.#platformKey)
    const fields = this.#random.chance(0.5)
      ? { type: 'MERCHANT_BANK_CARD' }
      : {
          ...{ type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT' },
          ...{ bank_account: encrypt('6222020000000000403'), real_name: encrypt('张三') },
        }
    const target = `${REFUNDS}/${refund_id}/apply-abnormal-refund`
    return this.#merchant.newCall('settleRefund', 'POST', target, { out_refund_no, ...fields })
  }

  /** Takes what a reply or a notice says, perhaps late: what has ended does not begin again. */
  learn({ out_refund_no, status, refund_id }: RefundNews): void {
    const refund = this.known.find(known => known.out_refund_no === out_refund_no)
    if (!refund) return
    refund.refund_id = refund_id
    if (refund.status !== 'SUCCESS' && refund.status !== 'CLOSED') refund.status = status
  }

  /** What the merchant believes that it has not given back of an order, in fen. */
  restOf({ out_trade_no, call }: KnownCharge): number {
    return this.known
      .filter(known => known.out_trade_no === out_trade_no && known.status && known.status !== 'CLOSED')
      .reduce((rest, { amount }) => rest - amount, (call.fields.amount as { total: number }).total)
  }

  #amountOf(drawn: keyof typeof AMOUNTS, total: number, rest: number): number {
    switch (drawn) {
      case 'all':
      case 'otherTotal':
        return total
      case 'some':
        return this.#random.between(1, total)
      case 'rest':
        return rest
      case 'little':
        return this.#random.between(1, 9)
      case 'tooMuch':
        return total + 1
      case 'restAndMore':
        return Math.min(total, rest + 1)
    }
  }

  /** One of the two numbers is enough. */
  #orderOf({ out_trade_no, transaction_id }: KnownCharge): Fields {
    if (!transaction_id) return { out_trade_no }
    const both = { out_trade_no, transaction_id }
    return this.#random.pick([{ out_trade_no }, { transaction_id }, both])
  }

  /** Which accounts pay, for orders with profit sharing and now and then for others. */
  #fromOf({ call }: KnownCharge, amount: number): Fields {
    const random = this.#random
    const isShared = call.fields.profit_sharing === 'Y' || call.fields.settle_info !== undefined
    if (!random.chance(isShared ? 0.3 : 0.03)) return {}
    const held = random.below(amount + 1)
    const from = [
      { account: 'UNAVAILABLE', amount: held },
      { account: 'AVAILABLE', amount: amount - held },
    ]
    return { from: from.filter(part => part.amount > 0) }
  }
}
