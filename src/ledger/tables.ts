import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'ledger',
  url: new URL('./tables.sql', import.meta.url),
}
