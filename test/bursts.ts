import { noticeDelivery } from '../src/notices/deliver.ts'
import { noticeSender } from '../src/notices/send.ts'
import type { WebhookSink } from '../src/testing/index.ts'
import { freshDriver } from './driver.ts'
import { opened } from './notices.ts'
import type { parkingUnderTest } from './parking.ts'

// Several changes of one stay at once, for tests of the order of notices.

type Running = Awaited<ReturnType<typeof parkingUnderTest>>

/** A car stands where notices go to the sink, and its payer pauses, resumes and pauses in one millisecond. */
export async function burst(running: Running, sink: WebhookSink) {
  const driver = await freshDriver(running)
  await driver.opens()
  const stay = await running.park({ plate_number: driver.plate_number, notify_url: sink.url })
  await driver.pauses()
  await driver.resumes()
  await driver.pauses()
  return { driver, stay }
}

/** How the stays stand, one after the other, by what the sink received. */
export function statesAt(sink: WebhookSink, { merchant }: Running): unknown[] {
  return sink.received.map(callback => opened(callback, merchant('1230000109').apiv3_key).parking_state)
}

/** The outbox as a worker of its own sees it. */
export function jobOf({ platform }: Pick<Running, 'platform'>, t: { after(end: () => Promise<void>): void }) {
  const sender = noticeSender()
  t.after(() => sender.close())
  return noticeDelivery(platform, sender.send)
}
