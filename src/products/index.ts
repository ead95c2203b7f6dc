import { bills } from './bills/index.ts'
import { certificates } from './certificates/index.ts'
import type { Endpoint } from './handler.ts'
import { parking } from './parking/index.ts'
import { refunds } from './refunds/index.ts'
import { security } from './security-echo/index.ts'

/** Every call that the platform answers. A new product is a new folder and a line here. */
export const endpoints: readonly Endpoint[] = [...parking, ...refunds, ...certificates, ...security, ...bills]
