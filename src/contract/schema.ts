import type * as TypeBox from 'typebox'

/**
 * Builders of JSON Schema with TypeBox's types. The values are made here, because TypeBox's own builders are 700
 * modules that a start would wait for; only the compiler needs TypeBox, for its types.
 */

export type { Static, TObject, TSchema } from 'typebox'

type Properties = Record<string, TypeBox.TSchema>

/** An object; every property that is not `optional` is required, unknown ones are allowed. */
function object<const P extends Properties>(
  properties: P,
  options: TypeBox.TObjectOptions = {},
): TypeBox.TObject<P> {
  const required = Object.keys(properties).filter(name => !optionals.has(properties[name] as object))
  return made<TypeBox.TObject<P>>({ type: 'object', ...options, required, properties })
}

function string(options: TypeBox.TStringOptions = {}): TypeBox.TString {
  return made<TypeBox.TString>({ type: 'string', ...options })
}

function integer(options: TypeBox.TNumberOptions = {}): TypeBox.TInteger {
  return made<TypeBox.TInteger>({ type: 'integer', ...options })
}

function array<S extends TypeBox.TSchema>(items: S, options: TypeBox.TArrayOptions = {}): TypeBox.TArray<S> {
  return made<TypeBox.TArray<S>>({ type: 'array', ...options, items })
}

/** Any schema, with the type that the caller vouches for. */
function unsafe<T>(schema: object): TypeBox.TUnsafe<T> {
  return made<TypeBox.TUnsafe<T>>(schema)
}

/** Schemas that need not be there: JSON Schema says that at the object, so it is remembered until the object is made. */
const optionals = new WeakSet<object>()

function optional<S extends TypeBox.TSchema>(schema: S): TypeBox.TOptional<S> {
  const copy = { ...schema }
  optionals.add(copy)
  return made<TypeBox.TOptional<S>>(copy)
}

/** The properties of both, where the other's come first. */
export type Merged<One extends TypeBox.TObject, Other extends TypeBox.TObject> = TypeBox.TObject<
  Omit<One['properties'], keyof Other['properties']> & Other['properties']
>

/** One object with the properties of both. */
function merge<One extends TypeBox.TObject, Other extends TypeBox.TObject>(
  one: One,
  other: Other,
): Merged<One, Other> {
  return object({ ...one.properties, ...other.properties }) as unknown as Merged<One, Other>
}

/** TypeBox's types have marks that exist only for the compiler. */
function made<S>(schema: object): S {
  return schema as S
}

export {
  array as Array,
  integer as Integer,
  merge as Merge,
  object as Object,
  optional as Optional,
  string as String,
  unsafe as Unsafe,
}
