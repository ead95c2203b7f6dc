import type { Handler } from '../../src/calls/handler.ts'
import type * as contract from './contract.ts'

/** Says what came. */
export const uploadReceipt: Handler<typeof contract.uploadReceipt> = async ({ filename }, { file }) => ({
  media_id: `${filename}/${file?.name}/${file?.type}/${file?.bytes.length}`,
})
