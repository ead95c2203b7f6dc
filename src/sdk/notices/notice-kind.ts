/** How a notice is known and read, as its product has declared it. */
export interface NoticeKind {
  /** The product and its name for the notice. */
  kind: string
  events: readonly string[]
  originalType: string
  /** Fields that no other notice of the same event and original type has: with their text, or `true` where any value will do. */
  marks: Readonly<Record<string, string | true>>
  /** Text fields without which nobody could tell what the notice is about. */
  needs: readonly string[]
  /** Other names of fields, with the name that the SDK gives; `[]` stands behind a list, such as `goods[].name`. */
  names: Readonly<Record<string, string>>
  /** By field: other values, with the value that the SDK gives. */
  values: Readonly<Record<string, Readonly<Record<string, string>>>>
}

type Fields = Readonly<Record<string, unknown>>

/** What a notice says of itself. */
export interface OpenedNotice {
  event_type: string
  /** Empty when it does not say. */
  original_type: string
  plaintext: Fields
}

/**
 * Which of these kinds a notice is; `undefined` when it is none of them. The only kind of an event type is taken unless the
 * notice says otherwise; of several it is the one whose marks the notice has.
 */
export function kindOf(kinds: readonly NoticeKind[], notice: OpenedNotice): NoticeKind | undefined {
  const candidates = kinds.filter(({ events }) => events.includes(notice.event_type))
  const [only] = candidates
  if (candidates.length === 1 && only) return saysOtherwise(only, notice) ? undefined : only
  const fitting = candidates.filter(kind => !saysOtherwise(kind, notice) && hasMarks(kind, notice))
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Whether a notice has another original type than this kind, or another text where the kind has its mark. */
function saysOtherwise(kind: NoticeKind, { original_type, plaintext }: OpenedNotice): boolean {
  if (![kind.originalType, original_type].includes('') && kind.originalType !== original_type) return true
  return Object.entries(kind.marks).some(
    ([name, value]) => value !== true && Object.hasOwn(plaintext, name) && plaintext[name] !== value,
  )
}

function hasMarks({ marks }: NoticeKind, { plaintext }: OpenedNotice): boolean {
  return Object.keys(marks).every(name => Object.hasOwn(plaintext, name))
}
