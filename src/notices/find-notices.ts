import type { Statements } from '../store/database.ts'

/** A notice as what it is about names it. */
export interface NoticeReference {
  id: string
  product: string
  event_type: string
  state: 'PENDING' | 'DELIVERED' | 'EXHAUSTED'
  attempts: number
}

/** The most notices of a subject that are found at once; hardly any subject has more than a few. */
const MAX_FOUND = 100

/** The first 100 notices about a subject, such as `order/<mchid>/<out_trade_no>`, in the order in which they were made. */
export function noticesAbout(db: Statements, subject: string): Promise<NoticeReference[]> {
  return db.all<NoticeReference>(
    `SELECT id, product, event_type, state, attempts FROM notices
      WHERE subject = $1 AND subject <> '' ORDER BY create_time, sequence, id LIMIT ${MAX_FOUND}`,
    subject,
  )
}
