import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'orders',
  url: new URL('./tables.sql', import.meta.url),
}
