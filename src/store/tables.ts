import type { Schema } from './schema.ts'

export const schema: Schema = {
  name: 'store',
  url: new URL('./tables.sql', import.meta.url),
  kept: ['store_checks'],
}
