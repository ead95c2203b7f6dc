import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'notices',
  url: new URL('./tables.sql', import.meta.url),
}
