import * as Type from '../contract/schema.ts'
import { listOf, oneOf, page, shown, sum, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const account = Type.Object({
  account: shown('Its name, such as payer/…/wallet'),
  balance: sum('Credits less debits, posted'),
  pending_debits: sum('Promised to others'),
  pending_credits: sum('Promised by others'),
  minimum: Type.Optional(sum('How far it may go down; absent when it mirrors money outside the platform')),
})

export const transfer = Type.Object({
  subject: shown('What the money moved for'),
  entry: shown('Its name within the subject'),
  kind: shown('Why it moved'),
  debit_account: shown('From'),
  credit_account: shown('To'),
  amount: sum('Moved'),
  state: oneOf('PENDING is promised, VOIDED was taken back', ['PENDING', 'POSTED', 'VOIDED'] as const),
  business_time: time('Of the last change of its state'),
})

export const listLedgerAccounts = adminOperation({
  name: 'listLedgerAccounts',
  method: 'GET',
  path: '/admin/v1/ledger/accounts',
  title: 'Accounts, in the order of their names',
  request: Type.Object(page),
  reply: listOf(account),
  problems: [],
})

export const getLedgerAccount = adminOperation({
  name: 'getLedgerAccount',
  method: 'GET',
  path: '/admin/v1/ledger/accounts/{account}',
  title: 'An account; the slashes of its name are written %2F',
  request: Type.Object({ account: text('Its name', 256) }),
  reply: account,
  problems: ['NOT_FOUND'],
})

export const listLedgerTransfers = adminOperation({
  name: 'listLedgerTransfers',
  method: 'GET',
  path: '/admin/v1/ledger/transfers',
  title: 'Transfers of a subject, such as order/1230000109/20150806125346',
  request: Type.Object({ subject: text('What the money moved for', 256), ...page }),
  reply: listOf(transfer),
  problems: [],
})

export const auditLedger = adminOperation({
  name: 'auditLedger',
  method: 'GET',
  path: '/admin/v1/ledger/audit',
  title: 'Checks every balance against its transfers',
  request: Type.Object({}),
  reply: Type.Object({
    faults: Type.Array(shown('A broken law as a sentence; none when the books are right')),
  }),
  problems: [],
})
