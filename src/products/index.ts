import type { Endpoint } from '../calls/handler.ts'
import type { NoticeDeclaration } from '../contract/operation.ts'
import type { TObject } from '../contract/schema.ts'
import { bills } from './common/bills/index.ts'
import { certificates } from './common/certificates/index.ts'
import { refunds } from './common/refunds/index.ts'
import { security } from './common/security-echo/index.ts'
import { parking } from './industry/parking/index.ts'
import type { Product } from './product.ts'

/** Every product. A new one is a new folder and a line here. */
export const products: readonly Product[] = [parking, refunds, certificates, security, bills]

/** Every call that the platform answers. */
export const endpoints: readonly Endpoint[] = products.flatMap(product => product.endpoints)

/** Every notice that the platform sends. */
export const notices: readonly NoticeDeclaration<TObject>[] = products.flatMap(
  product => product.notices ?? [],
)

/** The types of all notices, such as `TRANSACTION.SUCCESS`. */
export const EVENT_TYPES: readonly string[] = notices.flatMap(({ events }) => Object.keys(events))
