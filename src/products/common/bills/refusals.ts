import type { RefusalInSdk } from '../../../contract/operation.ts'

// What the SDK makes of refusals of these calls.

export const billRefusals: readonly RefusalInSdk[] = [
  {
    status: 400,
    code: 'NO_STATEMENT_EXIST',
    type: 'NoStatement',
    whatToDo: 'Do not repeat: nothing happened on that day.',
  },
  {
    status: 400,
    code: 'STATEMENT_CREATING',
    type: 'StatementCreating',
    whatToDo:
      'A bill is ready from 10:00 Beijing time of the day after: ask again then, and if need be every half hour.',
  },
  {
    status: 400,
    whatToDo:
      'Do not repeat as it is. Check bill_date, a day of the last three months and not today, and sub_mchid; a download URL ' +
      'that is over is applied for again.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    whatToDo:
      'Do not repeat. A bill is for the merchant number that it is of: its own, or its provider’s; and it is downloaded by ' +
      'the number that has applied.',
  },
  {
    status: 429,
    whatToDo: 'Ask again a second later: applications for fund flow bills are limited to three in a second.',
  },
]
