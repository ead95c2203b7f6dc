import { isAdminCall } from '../admin-client/admin-client.ts'
import { type AdminChange, type Administration, shortRequest } from './administration.ts'

/** What could not be put back, and why. */
export interface StillChanged {
  change: AdminChange
  why: string
}

/**
 * What puts the sandbox back. It is noted in the platform before anything is changed, so that a run that is killed leaves it
 * to the next one for the same merchant number, wherever that is started.
 */
export class Undo {
  readonly #reminder: { reminder_id: string }
  #changes: AdminChange[] = []

  constructor(mchid: string) {
    this.#reminder = { reminder_id: `doctor-${mchid}` }
  }

  /** Says what undoes a change that is about to be made. */
  async note(admin: Administration, change: AdminChange): Promise<void> {
    this.#changes.push(change)
    await this.#remember(admin)
  }

  /** Puts back what was changed, the last first. What fails stays noted, and is tried again the next time. */
  async putBack(admin: Administration): Promise<StillChanged[]> {
    if (this.#changes.length === 0) return []
    const failed: StillChanged[] = []
    const hadFaults = this.#changes.some(({ call }) => call === 'deleteFault')
    for (const change of this.#changes.toReversed()) {
      await admin.change(change).catch(error => failed.push({ change, why: messageOf(error) }))
    }
    this.#changes = failed.map(({ change }) => change).reverse()
    // Where this fails too, more is noted than is left to do, and doing it again does no harm.
    await this.#remember(admin).catch(() => undefined)
    // What the next check does must not meet them on another node.
    if (hadFaults) await admin.untilAllNodesKnow().catch(() => undefined)
    return failed
  }

  /** Puts back what an earlier run has left, and answers that. What the platform refuses is forgotten. */
  async putBackEarlier(admin: Administration): Promise<{ done: AdminChange[]; failed: StillChanged[] }> {
    const reminder = await admin.find('getReminder', this.#reminder)
    if (!reminder) return { done: [], failed: [] }
    const changes = JSON.parse(reminder.text) as AdminChange[]
    this.#changes = changes
    const failed = await this.putBack(admin)
    this.#changes = []
    await this.#remember(admin)
    const isDone = (change: AdminChange) => !failed.some(left => left.change === change)
    return { done: changes.filter(isDone), failed }
  }

  #remember(admin: Administration): Promise<unknown> {
    if (this.#changes.length === 0) return admin.call('deleteReminder', this.#reminder)
    return admin.call('putReminder', { ...this.#reminder, text: JSON.stringify(this.#changes) })
  }
}

/** A change as a report shows it. */
export function shownChange({ call, request }: AdminChange): string {
  // A reminder may be of a doctor of another version.
  if (!isAdminCall(call)) return `${call} ${JSON.stringify(request)}`
  const { method, path, body = '{}' } = shortRequest(call, request)
  return [method, decodeURIComponent(path), ...(body === '{}' ? [] : [body])].join(' ')
}

/** What a run says of the changes of an earlier one that it has put back. */
export function putBackLine(changes: readonly string[]): string {
  return `Put back, because an earlier run was killed over it: ${changes.join('; ')}.`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
