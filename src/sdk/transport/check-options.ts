/**
 * Throws a `TypeError` unless `options` is an object that has no other names than these: a misspelt one would be
 * ignored, and the default would hold without a word. `path` is what stands in front of a name, such as `trust.`.
 */
export function checkNames(what: string, options: unknown, known: readonly string[], path = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${what} must be an object, and is ${typeOf(options)}`)
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const meant = known.find(each => sameLetters(each) === sameLetters(name))
    throw new TypeError(
      `${path}${name} is no option: ${meant ? `write ${path}${meant}` : `there are ${known.join(', ')}`}`,
    )
  }
}

/** Answers a text that has no white space around it. Throws a `TypeError` otherwise, which begins with the name. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be text, and is ${typeOf(value)}`)
  if (value === '') throw new TypeError(`${name} is empty`)
  if (value !== value.trim()) throw new TypeError(`${name} has white space or a line end around it`)
  return value
}

/** Throws a `TypeError`, which begins with the name, unless the value is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, and is ${typeOf(value)}`)
}

/** Answers the value. Throws a `TypeError`, which begins with the name, unless it is one of these. */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const chosen = choices.find(choice => choice === value)
  if (chosen === undefined) throw new TypeError(`${name} must be one of ${choices.join(', ')}`)
  return chosen
}

/** What a value is, for a message: never the value itself, which may be a secret. */
export function typeOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  return `of type ${typeof value}`
}

function sameLetters(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}
