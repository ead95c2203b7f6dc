import { AMOUNT, answerOf, isAcknowledged, requireAcknowledged } from '../check-run.ts'
import { Finding } from '../findings.ts'
import { SHOP_CALLS } from '../shop.ts'
import { inShop, isSold, type Sale, type ShopRun } from '../shop-run.ts'

// A shop gives its goods for what was paid: once, and for nothing else.

/** What a customer pays who wants something else, in fen. */
const OTHER_AMOUNT = 500

export async function saleIsOrdered(run: ShopRun): Promise<void> {
  const sale = await run.sale()
  const order = await run.platformOrder(sale.out_trade_no)
  if (!order)
    throw new Finding(
      `POST /sell answered ${sale.out_trade_no}, and the platform has no such order of ${run.mchid}, which is the number that the program must call with (--mchid).`,
    )
  if (order.total !== AMOUNT)
    throw new Finding(`POST /sell asked for ${AMOUNT} fen, and ${order.total} were ordered.`)
  const { out_trade_no } = await run.scan(sale)
  if (out_trade_no !== sale.out_trade_no)
    throw new Finding(`The code_url of ${sale.out_trade_no} is that of ${out_trade_no ?? 'no order'}.`)
}

export async function saleIsBooked(run: ShopRun): Promise<void> {
  const { out_trade_no, notice } = await run.sold()
  requireAcknowledged('The first attempt to report a payment', notice.sent[0])
  await requireSoldOnce(run, out_trade_no, 'One payment was reported')
}

export async function unsignedSaleIsNotGiven(run: ShopRun): Promise<void> {
  const sale = await run.sale()
  await corruptFirstNotice(run, sale, 'NOTICE_WRONG_SIGNATURE')
  await run.pay(sale)
  const { sent } = await run.attempted(await run.paymentNotice(sale.out_trade_no))
  if (isAcknowledged(sent[0] ?? {}))
    throw new Finding(`A notice whose signature is wrong was taken: ${answerOf(sent[0])}.`)
  await requireNothingGiven(run, sale, 'A payment was reported with a wrong signature')
}

export async function wrongAmountIsNotGiven(run: ShopRun): Promise<void> {
  const { notice } = await run.sold()
  const sale = await run.sale()
  const { amount, ...rest } = notice.resource
  const attempt = await run.send(notice, notice.event_type, {
    ...rest,
    out_trade_no: sale.out_trade_no,
    transaction_id: `42${run.newNumber()}`,
    amount: { ...(amount as object), total: 1, payer_total: 1 },
  })
  await requireNothingGiven(
    run,
    sale,
    `An order of ${AMOUNT} fen was reported as paid with 1 fen (answered with ${answerOf(attempt)})`,
  )
}

export async function lostNoticeIsQueried(run: ShopRun): Promise<void> {
  const sale = await run.sale()
  if (await run.shop.wait(sale.out_trade_no))
    throw new Finding('A customer who has not paid has waited, and POST /wait says PAID.')
  await corruptFirstNotice(run, sale, 'NOTICE_LOST')
  await run.pay(sale)
  if (!(await run.shop.wait(sale.out_trade_no)))
    throw new Finding(
      'The customer has paid and no notice has come; POST /wait says UNPAID, although the order can be queried.',
    )
  await requireSoldOnce(run, sale.out_trade_no, 'The payment was found by a query')
}

export async function oldOrderIsClosedFirst(run: ShopRun): Promise<void> {
  const orders = await run.calls(SHOP_CALLS.order)
  const closes = await run.calls(SHOP_CALLS.close)
  const sale = await run.sale()
  const next = await run.shop.sellAgain(sale.out_trade_no, OTHER_AMOUNT)
  if (next.out_trade_no === sale.out_trade_no || next.code_url === undefined)
    throw new Finding(
      'The customer wants something else, nothing is paid, and POST /sell-again answers no new order.',
    )
  const old = await run.scan(sale)
  if (old.state === 'PAID')
    throw new Finding(
      `The order ${sale.out_trade_no} was given up for ${next.out_trade_no} and can still be paid: the customer may pay both.`,
    )
  const [closed] = await closes()
  const ordered = (await orders()).find(({ numbers }) => numbers.out_trade_no === next.out_trade_no)
  if (closed && ordered && ordered.wall_time < closed.wall_time)
    throw new Finding(
      `The order ${next.out_trade_no} was made before ${sale.out_trade_no} was closed: for a moment the customer could pay both.`,
    )
}

export async function paidOrderIsKept(run: ShopRun): Promise<void> {
  const sale = await run.sale()
  await corruptFirstNotice(run, sale, 'NOTICE_LOST')
  await run.pay(sale)
  const next = await run.shop.sellAgain(sale.out_trade_no, OTHER_AMOUNT)
  if (next.out_trade_no !== sale.out_trade_no || next.code_url !== undefined)
    throw new Finding(
      `The order ${sale.out_trade_no} is paid, which no notice has said yet, and the customer is asked to pay ${next.out_trade_no}, too.`,
    )
  await requireSoldOnce(run, sale.out_trade_no, 'An order was paid before it was given up')
}

export async function doubledSaleIsGivenOnce(run: ShopRun): Promise<void> {
  const sale = await run.sale()
  await corruptFirstNotice(run, sale, 'NOTICE_DOUBLED')
  await run.pay(sale)
  const notice = await run.attempted(await run.paymentNotice(sale.out_trade_no), 2)
  const taken = notice.sent.find(isAcknowledged) ?? notice.sent[0]
  requireAcknowledged('A notice that comes twice at the same moment', taken)
  requireAcknowledged('A notice that comes for the third time', await run.replay(notice))
  requireAcknowledged(
    'The same payment under another notice id',
    await run.send(notice, notice.event_type, notice.resource),
  )
  await requireSoldOnce(run, sale.out_trade_no, 'One payment was reported four times')
}

export async function lostOrderKeepsNumber(run: ShopRun): Promise<void> {
  const orders = await run.calls(SHOP_CALLS.order)
  await run.fault('REPLY_LOST', { call: SHOP_CALLS.order, count: 1 })
  const sale = await run.sale()
  const numbers = new Set((await orders()).map(({ numbers }) => numbers.out_trade_no))
  if (numbers.size > 1)
    throw new Finding(
      `The reply to an order was lost, and it was made again under another number: ${[...numbers].join(', ')}. The first one can be paid as well.`,
    )
  await run.pay(sale)
}

type Corruption = 'NOTICE_WRONG_SIGNATURE' | 'NOTICE_LOST' | 'NOTICE_DOUBLED'

async function corruptFirstNotice(run: ShopRun, { out_trade_no }: Sale, kind: Corruption): Promise<void> {
  await run.fault(kind, { event_type: 'TRANSACTION.SUCCESS', fields: { out_trade_no }, count: 1 })
}

async function requireSoldOnce(run: ShopRun, outTradeNo: string, why: string): Promise<void> {
  await run.bookedOnce(outTradeNo)
  const order = await run.afterQuiet(outTradeNo)
  if (!isSold(order)) throw new Finding(`${why}, and the books say ${inShop(order)}.`)
}

async function requireNothingGiven(run: ShopRun, { out_trade_no }: Sale, why: string): Promise<void> {
  const order = await run.afterQuiet(out_trade_no)
  if (order && (order.state === 'PAID' || order.paid !== 0 || order.given !== 0))
    throw new Finding(`${why}, and the books say ${inShop(order)}.`)
}
