import { WechatPayError } from '../transport/errors.ts'

/**
 * What was read is not the bill: its SHA-1 or its summary differs, or it ended early. Whatever the rows have caused
 * must be taken back.
 */
export class BillCorrupted extends WechatPayError {
  constructor(message: string, cause?: unknown) {
    const whatToDo = 'No row of this reading counts: read the bill again from its start.'
    super({ op: 'bills.downloadBill', message: `The bill cannot be used: ${message}`, whatToDo, cause })
  }
}
