export type { StatementSync } from 'node:sqlite'

/** Not imported by its name: where Node lacks it, that fails before anything can say which Node is needed. */
export const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
export type DatabaseSync = InstanceType<typeof DatabaseSync>
