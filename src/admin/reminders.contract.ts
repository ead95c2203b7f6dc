import * as Type from '../contract/schema.ts'
import { id, listOf, page, text } from './fields.ts'
import { adminOperation } from './operation.ts'

/** In bytes: what puts back some hundred changes. */
const MAX_TEXT = 16_384

const reminderId = id('The reminder')

const reminder = Type.Object({
  reminder_id: reminderId,
  text: text('Whatever is to be remembered', MAX_TEXT),
})

const path = '/admin/v1/reminders/{reminder_id}'

export const listReminders = adminOperation({
  name: 'listReminders',
  method: 'GET',
  path: '/admin/v1/reminders',
  title: 'What is to be remembered, in the order of its names',
  request: Type.Object({ ...page }),
  reply: listOf(reminder),
  problems: [],
})

export const getReminder = adminOperation({
  name: 'getReminder',
  method: 'GET',
  path,
  title: 'What is to be remembered',
  request: Type.Object({ reminder_id: reminderId }),
  reply: reminder,
  problems: ['NOT_FOUND'],
})

export const putReminder = adminOperation({
  name: 'putReminder',
  method: 'PUT',
  path,
  title: 'Remembers a text',
  description:
    'The platform does nothing with it. A program that is about to change the sandbox writes down how to put it back; if it is ' +
    'killed, the next one finds that here. `boomgate doctor` does so, under `doctor-` and the merchant number.',
  request: reminder,
  reply: reminder,
  problems: [],
})

export const deleteReminder = adminOperation({
  name: 'deleteReminder',
  method: 'DELETE',
  path,
  title: 'Forgets a text',
  request: Type.Object({ reminder_id: reminderId }),
  reply: Type.Object({ reminder_id: reminderId }),
  problems: [],
})
