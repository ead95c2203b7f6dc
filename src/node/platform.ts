import type { AdminPlatform } from '../admin/context.ts'

/** What a node has for all who take something of it. Built once, at start. */
export type Platform = AdminPlatform
