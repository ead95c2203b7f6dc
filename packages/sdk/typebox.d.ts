// As much of TypeBox's types as the contracts of the products use. The published declarations have these in place of the
// library's, so that whoever installs the SDK installs nothing else, and a compiler of 2023 can read them.

export type TSchema = object

export interface TSchemaOptions {
  [keyword: string]: unknown
}
export type TObjectOptions = TSchemaOptions
export type TArrayOptions = TSchemaOptions
export type TStringOptions = TSchemaOptions
export type TNumberOptions = TSchemaOptions

export interface TString extends TSchema {
  type: 'string'
}

export interface TInteger extends TSchema {
  type: 'integer'
}

export interface TArray<Item extends TSchema> extends TSchema {
  type: 'array'
  items: Item
}

export interface TObject<Properties = Record<string, TSchema>> extends TSchema {
  type: 'object'
  properties: Properties
}

export interface TUnsafe<Value> extends TSchema {
  '~unsafe': Value
}

export type TOptional<Schema extends TSchema> = Schema & Optional

export type Static<Schema extends TSchema> = Schema extends { '~unsafe': infer Value }
  ? Value
  : Schema extends { type: 'string' }
    ? string
    : Schema extends { type: 'integer' }
      ? number
      : Schema extends { type: 'array'; items: infer Item extends TSchema }
        ? Static<Item>[]
        : Schema extends { type: 'object'; properties: infer Properties }
          ? StaticObject<Properties>
          : never

type StaticObject<Properties> = keyof Properties extends never
  ? object
  : Flat<
      {
        [Name in keyof Properties as Properties[Name] extends Optional ? never : Name]: Static<
          Properties[Name] & TSchema
        >
      } & {
        [Name in keyof Properties as Properties[Name] extends Optional ? Name : never]?: Static<
          Properties[Name] & TSchema
        >
      }
    >

type Optional = { '~optional': true }

type Flat<T> = { [Name in keyof T]: T[Name] }
