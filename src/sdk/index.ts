export type {
  EntranceStateChange,
  ParkingInfo,
  Transaction,
} from '../products/parking/contract.ts'
export type { Refund, RefundResult } from '../products/refunds/contract.ts'
export type { SecurityEchoResult } from '../products/security-echo/contract.ts'
export type { ErrorDetail, Language } from '../protocol/errors.ts'
export type { PlateColor } from '../protocol/plate.ts'
export type { Suite } from '../protocol/suite.ts'
export { formatTime } from '../protocol/time.ts'
export { AnswerNotWritten, type HandlerOptions, type NoticeHeaders } from './answer-notice.ts'
export { type Bill, rowsOrNone } from './bill.ts'
export type { Bills, SubMerchantBills } from './bills.ts'
export {
  type Client,
  type MerchantClient,
  merchantClient,
  type PartnerClient,
  partnerClient,
} from './client.ts'
export {
  BillCorrupted,
  ChargeRefused,
  InvalidRequest,
  NetworkError,
  NoAuthority,
  NoStatement,
  NotEnough,
  NotFound,
  NotSent,
  NumberUsed,
  OutcomeUnknown,
  ParameterError,
  RateLimited,
  RefundImpossible,
  ReplyForged,
  SignatureRefused,
  StatementCreating,
  SystemError,
  WechatPayError,
} from './errors.ts'
export type { MismatchCause } from './explain-mismatch.ts'
export type { FundFlowRow, FundFlowSummary } from './fund-flow-bill.ts'
export type { CertificateTrust, PublicKeyTrust, Trust } from './key-ring.ts'
export type { KeyText } from './key-text.ts'
export type { AppLaunch, MiniProgramLaunch } from './launch.ts'
export { mayOpenGate } from './may-open-gate.ts'
export type {
  EntranceStateChangeNotice,
  Notice,
  NoticedTransaction,
  NoticeHandler,
  RefundNotice,
  SecurityEchoNotice,
  TransactionNotice,
  UnknownNotice,
} from './notice.ts'
export { NoticeRefused, type RefusalReason } from './notice-refused.ts'
export { type OpeningParameters, openingPage } from './opening-page.ts'
export type { OperationName, ReplyTo, RequestIn } from './operations.ts'
export type { AttemptReport, ClientOptions } from './options.ts'
export { type FolderTrust, optionsFromFolder } from './options-from-folder.ts'
export { type FundFlowFinding, type FundFlowPart, reconcileFundFlow } from './reconcile-fund-flow.ts'
export {
  type OwnPayment,
  type OwnRefund,
  reconcileTradeBill,
  type TradeFinding,
} from './reconcile-trade-bill.ts'
export { type RepaymentParameters, repaymentPage } from './repayment-page.ts'
export { signTestNotice, type TestNotice } from './sign-test-notice.ts'
export type { PaymentRow, RefundRow, TradeBillRow, TradeBillSummary } from './trade-bill.ts'
export { wasAccepted } from './was-accepted.ts'
export { createWebhookReceiver, type WebhookOptions, type WebhookReceiver } from './webhook-receiver.ts'
