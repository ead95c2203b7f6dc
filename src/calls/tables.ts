import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'calls',
  url: new URL('./tables.sql', import.meta.url),
  kept: ['recent_calls'],
}
