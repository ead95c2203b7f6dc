import type { AdminReply } from '../admin-client/admin-client.ts'

// What the administration API answers, as the checks call it.

export type NoticeDetail = AdminReply<'getNotice'>
/** One attempt to send a notice. */
export type Attempt = NoticeDetail['sent'][number]
export type PlatformOrder = AdminReply<'getOrder'>
export type PlatformRefund = AdminReply<'listRefunds'>['data'][number]
/** A call of the merchant, as the platform has had it. */
export type Call = AdminReply<'listCalls'>['data'][number]
