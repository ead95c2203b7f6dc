export type { ErrorDetail, Language } from '../protocol/errors.ts'
export type { Suite } from '../protocol/suite.ts'
export { formatTime } from '../protocol/time.ts'
export { type Bill, rowsOrNone } from './bills/bill.ts'
export { BillCorrupted } from './bills/bill-corrupted.ts'
export type { Bills, SubMerchantBills } from './bills/bills.ts'
export type { FundFlowRow, FundFlowSummary } from './bills/fund-flow-bill.ts'
export { type FundFlowFinding, type FundFlowPart, reconcileFundFlow } from './bills/reconcile-fund-flow.ts'
export {
  type OwnPayment,
  type OwnRefund,
  reconcileTradeBill,
  type TradeFinding,
} from './bills/reconcile-trade-bill.ts'
export type { PaymentRow, RefundRow, TradeBillRow, TradeBillSummary } from './bills/trade-bill.ts'
export {
  type Client,
  type MerchantClient,
  merchantClient,
  type PartnerClient,
  partnerClient,
} from './client.ts'
export type * from './generated/index.ts'
export type * from './generated/notices.ts'
export type { CertificateTrust, PublicKeyTrust, Trust } from './keys/key-ring.ts'
export type { KeyText } from './keys/key-text.ts'
export { AnswerNotWritten, type HandlerOptions, type NoticeHeaders } from './notices/answer-notice.ts'
export type { MismatchCause } from './notices/explain-mismatch.ts'
export type { Notice, NoticeHandler, UnknownNotice } from './notices/notice.ts'
export { NoticeRefused, type RefusalReason } from './notices/notice-refused.ts'
export { signTestNotice, type TestNotice } from './notices/sign-test-notice.ts'
export {
  createWebhookReceiver,
  type WebhookOptions,
  type WebhookReceiver,
} from './notices/webhook-receiver.ts'
export type { AppLaunch, MiniProgramLaunch } from './pages/launch.ts'
export { type OpeningParameters, openingPage } from './pages/opening-page.ts'
export { type RepaymentParameters, repaymentPage } from './pages/repayment-page.ts'
export { mayOpenGate, wasAccepted } from './parking/gate.ts'
export type { ParkingInfo, PlateColor } from './parking/types.ts'
export {
  ChargeRefused,
  NoStatement,
  NotEnough,
  PaymentUnderWay,
  RefundImpossible,
  StatementCreating,
} from './refusals.ts'
export {
  InvalidRequest,
  NetworkError,
  NoAuthority,
  NotFound,
  NotSent,
  NumberUsed,
  OutcomeUnknown,
  ParameterError,
  RateLimited,
  ReplyForged,
  SignatureRefused,
  SystemError,
  WechatPayError,
} from './transport/errors.ts'
export type { Mode, OperationName, ReplyTo, RequestIn, UploadedFile } from './transport/operations.ts'
export type { AttemptReport, ClientOptions } from './transport/options.ts'
export { type FolderTrust, optionsFromFolder } from './transport/options-from-folder.ts'
