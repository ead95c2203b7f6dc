import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'merchants',
  url: new URL('./tables.sql', import.meta.url),
  kept: ['platform_keys'],
}
