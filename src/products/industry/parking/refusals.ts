import type { RefusalInSdk } from '../../../contract/operation.ts'

// What the SDK makes of refusals of these calls.

export const PLATE_NOT_FOUND: RefusalInSdk = {
  status: 404,
  whatToDo:
    'Do not repeat. Check the plate and the mode; a plate that is not found has not opened the service.',
}

export const chargeRefusals: readonly RefusalInSdk[] = [
  {
    status: 400,
    code: 'ALREADY_EXISTS',
    whatToDo:
      'Call queryTransaction to see the charge that has this out_trade_no; a new charge needs a new number.',
  },
  {
    status: 400,
    whatToDo: 'Do not repeat as it is; message names the broken rule. A refused charge is collected on site.',
  },
  {
    status: 403,
    code: 'NOT_ENOUGH',
    type: 'ChargeRefused',
    whatToDo:
      'Do not repeat: the user owes too much. Collect on site, or lead the user to the repayment page.',
  },
  {
    status: 403,
    code: 'RULE_LIMIT',
    type: 'ChargeRefused',
    whatToDo: 'Do not repeat today: the number of charges is used up. Collect on site.',
  },
  PLATE_NOT_FOUND,
  {
    status: 429,
    whatToDo:
      'Slow down. Before the charge is sent again, with the same out_trade_no, call queryTransaction.',
  },
]
