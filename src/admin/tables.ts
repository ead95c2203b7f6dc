import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'admin',
  url: new URL('./tables.sql', import.meta.url),
  kept: ['sandbox_changes'],
}
