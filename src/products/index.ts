import { payments } from './basic/payments/index.ts'
import { bills } from './common/bills/index.ts'
import { certificates } from './common/certificates/index.ts'
import { refunds } from './common/refunds/index.ts'
import { security } from './common/security-echo/index.ts'
import { parking } from './industry/parking/index.ts'
import type { Product } from './product.ts'

/** Every product. A new one is a new folder and a line here. */
export const products = [
  payments,
  parking,
  refunds,
  certificates,
  security,
  bills,
] as const satisfies readonly Product[]
