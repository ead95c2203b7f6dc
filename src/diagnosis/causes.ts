import { HEADER_CAUSES } from './header-causes.ts'
import { MESSAGE_CAUSES } from './message-causes.ts'
import { SIGNING_CAUSES } from './signing-causes.ts'

const GROUPS = { ...HEADER_CAUSES, ...SIGNING_CAUSES, ...MESSAGE_CAUSES }

type CausesOf<Group> = Group extends Group ? keyof Group : never
export type Cause = CausesOf<(typeof GROUPS)[keyof typeof GROUPS]>

/** Why a signature is refused: what has happened, and what its caller should change. */
export interface CauseEntry {
  /** A whole sentence. */
  says: string
  whatToDo: string
}

/** The causes by what they are about, in the order in which a request is checked. */
export const CAUSE_GROUPS: Readonly<Record<string, Readonly<Record<string, CauseEntry>>>> = GROUPS

/** Every cause that a refused signature is explained by. */
export const CAUSES = Object.assign({}, ...Object.values(GROUPS)) as Readonly<Record<Cause, CauseEntry>>
