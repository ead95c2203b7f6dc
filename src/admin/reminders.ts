import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { notFound } from './problems.ts'
import * as contract from './reminders.contract.ts'

interface Reminder {
  reminder_id: string
  text: string
}

const SELECT = 'SELECT reminder_id, text FROM reminders'

export const reminders = [
  adminList(contract.listReminders, { select: SELECT, key: { reminder_id: 'text' } }, (row: Reminder) => row),
  adminEndpoint(contract.getReminder, async ({ reminder_id }, { platform }) => {
    const row = await platform.db.get<Reminder>(`${SELECT} WHERE reminder_id = $1`, reminder_id)
    if (!row) throw notFound('reminder', reminder_id)
    return row
  }),
  adminEndpoint(contract.putReminder, async ({ reminder_id, text }, { platform }) => {
    await platform.db.transaction(tx =>
      tx.run(
        `INSERT INTO reminders (reminder_id, text) VALUES ($1, $2)
         ON CONFLICT (reminder_id) DO UPDATE SET text = excluded.text`,
        reminder_id,
        text,
      ),
    )
    return { reminder_id, text }
  }),
  adminEndpoint(contract.deleteReminder, async ({ reminder_id }, { platform }) => {
    await platform.db.transaction(tx => tx.run('DELETE FROM reminders WHERE reminder_id = $1', reminder_id))
    return { reminder_id }
  }),
]
