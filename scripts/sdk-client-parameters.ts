import { type ClientParametersDeclaration, GIVEN, namesIn } from '../src/contract/client-parameters.ts'
import { nameOf } from '../src/contract/operation.ts'
import { docComment, pascal, quoted, requestFields } from './sdk-types.ts'

// What the SDK knows of the parameters that a merchant's clients hand to WeChat, from their declarations.

/** The types of parameters, by their names, and the method that makes them. */
export function parametersInClient(declared: ClientParametersDeclaration): {
  interfaces: [name: string, text: string][]
  method: string
} {
  const { id, title, request, sdk } = declared
  const name = nameOf({ id })
  const result = pascal(id.slice(0, id.indexOf('.'))) + pascal(name)
  const asked = `${result}Request`
  return {
    interfaces: [
      [
        asked,
        `${docComment(`What \`${name}\` is called with.`)}export interface ${asked} {\n${requestFields(request)}}\n`,
      ],
      [result, resultType(result, declared)],
    ],
    method: `${docComment(`${title.zh}. ${sdk.description}\n\nSends nothing. Throws a \`TypeError\` for a field that is no text of visible ASCII characters, and with an SM2 key: these parameters are signed by RSA.`)}${name}(request: ${asked}): ${result}\n`,
  }
}

function resultType(name: string, { id, fields, signed, signature }: ClientParametersDeclaration): string {
  const lines = signed.map(template => `\`${template}\``).join(', ')
  const given = Object.entries(fields).map(([field, template]) => {
    const type = namesIn(template).length === 0 ? quoted(template) : 'string'
    return `${docComment(commentOf(template))}${field}: ${type}\n`
  })
  const sign = `SHA256withRSA over these lines, each ended by LF, in Base64: ${lines}`
  return `${docComment(`What \`${nameOf({ id })}\` makes.`)}export interface ${name} {\n${given.join('')}${docComment(sign)}${signature}: string\n}\n`
}

const COMMENTS: Record<keyof typeof GIVEN, string> = {
  mchid: 'The merchant number of the client',
  timestamp: 'Seconds since 1970, as a text',
  nonce: '32 letters and digits',
}

/** What a field's value is, where its name does not say so. */
function commentOf(template: string): string {
  const [only] = Object.keys(GIVEN).filter(name => template === `{${name}}`) as (keyof typeof GIVEN)[]
  if (only) return COMMENTS[only]
  return namesIn(template).length === 0 ? '' : `\`${template}\``
}

/** How each of these parameters is made and signed. */
export function clientParameterRules(declarations: readonly ClientParametersDeclaration[]): string {
  const rules = declarations.map(({ id, request, fields, signed, signature }) => [
    id,
    { asks: Object.keys(request.properties), fields, signed, signature },
  ])
  return [
    `import type { ClientParametersRule } from '../pages/client-parameters.ts'\n`,
    `${docComment("What a merchant's clients hand to WeChat, by the ids of the products.")}export const clientParameterRules: Readonly<Record<string, ClientParametersRule>> = ${JSON.stringify(Object.fromEntries(rules))}\n`,
  ].join('\n')
}
