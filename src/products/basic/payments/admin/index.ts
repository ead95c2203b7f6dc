import { h5Domains } from './h5-domains.ts'
import { payments } from './payments.ts'

export const admin = [...payments, ...h5Domains]
