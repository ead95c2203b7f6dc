import './require-node.ts'

export type { Payer, PayerPayment, PayerPaymentResult } from './payer.ts'
export { saveKeys } from './shared-keys.ts'
export { type SignedRequest, signedRequest, type UnsignedRequest } from './signed-request.ts'
export {
  type MerchantCredentials,
  readCredentials,
  type StartOptions,
  startPlatform,
  type TestFault,
  type TestPlatform,
} from './start-platform.ts'
export { type VirtualClock, virtualClock } from './virtual-clock.ts'
export { type Answer, type ReceivedCallback, type WebhookSink, webhookSink } from './webhook-sink.ts'
