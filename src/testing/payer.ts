import { randomUUID } from 'node:crypto'
import {
  type AdminAddress,
  AdminClient,
  type AdminReply,
  type AdminRequest,
} from '../admin-client/admin-client.ts'

/**
 * What a payer does with an order: exactly one of `code_url`, `h5_url`, `jsapi`, `mini_program` and `app`, as the merchant's
 * server has given it to the client; with `action: 'CANCEL'` the payer looks and goes away. `source` is a card, or `wallet`.
 */
export type PayerPayment = Omit<
  AdminRequest<'putPayment'>,
  'payer_id' | 'payment_id' | 'jsapi' | 'mini_program' | 'app'
> & {
  /** Your name of it, under which it is done once; one of its own unless said. */
  payment_id?: string
  /** What the page gives to `getBrandWCPayRequest` or `wx.chooseWXPay`. */
  jsapi?: object
  /** What the mini program gives to `wx.requestPayment`. */
  mini_program?: object
  /** What the app gives to `sendReq`. */
  app?: object
}

/** What has become of it, what the payer was shown and why, and in `client` what the page or the app is given. */
export type PayerPaymentResult = AdminReply<'putPayment'>

/** Somebody with WeChat. */
export interface Payer {
  payer_id: string
  /** The payer's openid under an app, made when it is first asked for. */
  openid(appid: string): Promise<string>
  /** Puts money into the wallet, in fen. */
  topUp(amount: number): Promise<void>
  /** What is in the wallet, in fen. */
  wallet(): Promise<number>
  /** Pays an order, or looks at it and goes away. What is not possible is a result with the state `REFUSED`, and no error. */
  pay(payment: PayerPayment): Promise<PayerPaymentResult>
}

/** The payer of this id, made when there is none; a wallet is filled by `wallet` fen. */
export async function payerOf(
  address: AdminAddress,
  payer_id: string,
  { wallet = 0 }: { wallet?: number } = {},
): Promise<Payer> {
  const admin = new AdminClient(address)
  await admin.call('putPayer', { payer_id })
  const topUp = async (amount: number) => {
    await admin.call('putTopUp', { payer_id, top_up_id: randomUUID(), amount })
  }
  if (wallet > 0) await topUp(wallet)
  return {
    payer_id,
    topUp,
    async openid(appid) {
      return (await admin.call('putOpenid', { payer_id, appid })).openid
    },
    async wallet() {
      return (await admin.call('getPayer', { payer_id })).wallet
    },
    pay({ payment_id = randomUUID(), ...payment }) {
      const request = { payer_id, payment_id, ...payment } as AdminRequest<'putPayment'>
      return admin.call('putPayment', request)
    },
  }
}
