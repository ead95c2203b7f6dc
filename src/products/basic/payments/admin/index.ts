import { payments } from './payments.ts'

export const admin = payments
