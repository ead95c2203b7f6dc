import type { Schema } from '../store/schema.ts'

export const schema: Schema = {
  name: 'diagnosis',
  url: new URL('./tables.sql', import.meta.url),
  kept: ['refused_signatures'],
}
