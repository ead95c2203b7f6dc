import type { NoticeDeclaration } from '../contract/operation.ts'
import type { TObject } from '../contract/schema.ts'
import { bills } from './bills/index.ts'
import { certificates } from './certificates/index.ts'
import type { Endpoint } from './handler.ts'
import { entranceStateChange, transactionResult } from './parking/contract.ts'
import { parking } from './parking/index.ts'
import { refundResult } from './refunds/contract.ts'
import { refunds } from './refunds/index.ts'
import { securityEchoResult } from './security-echo/contract.ts'
import { security } from './security-echo/index.ts'

/** Every call that the platform answers. A new product is a new folder and a line here. */
export const endpoints: readonly Endpoint[] = [...parking, ...refunds, ...certificates, ...security, ...bills]

/** Every notice that the platform sends. */
export const notices: readonly NoticeDeclaration<TObject>[] = [
  entranceStateChange,
  transactionResult,
  refundResult,
  securityEchoResult,
]

/** The types of all notices, such as `TRANSACTION.SUCCESS`. */
export const EVENT_TYPES = notices.flatMap(({ events }) => Object.keys(events))
