import { type Refusal, refusal } from './shown-texts.ts'

/** How a merchant's page or app hands an order to WeChat. */
export type Client = 'jsapi' | 'mini_program' | 'app'

/** What a client was given, as it came: a page can hand over anything. */
export type ClientParameters = Readonly<Record<string, unknown>>

/** What the client's parameters say, once they have the right form. */
export interface SignedParameters {
  session: string
  /** Empty for a mini program and for wx.chooseWXPay, whose app id WeChat knows by itself. */
  appid: string
  timeStamp: string
  nonceStr: string
  /** The fourth line that is signed. */
  fourth: string
  signature: string
  /** App: the merchant number that it names. */
  partnerId: string | undefined
}

const NAMES: Record<Client, readonly string[]> = {
  jsapi: ['appId', 'timeStamp', 'nonceStr', 'package', 'signType', 'paySign'],
  mini_program: ['timeStamp', 'nonceStr', 'package', 'signType', 'paySign'],
  app: ['appId', 'partnerId', 'prepayId', 'packageValue', 'nonceStr', 'timeStamp', 'sign'],
}

/**
 * Reads a client's parameters; the first thing that is wrong with their form is the refusal. A `configured` app id is that of
 * `wx.config`, so that the page has called `wx.chooseWXPay`.
 */
export function readParameters(
  client: Client,
  given: ClientParameters,
  configured?: string,
): SignedParameters | Refusal {
  const [names, parameters] =
    client === 'app' ? namedByApp(given) : namedByPage(client, given, configured !== undefined)
  for (const name of names) {
    const fault = faultOf(name, parameters)
    if (fault) return { ...refusal('PARAMETER_MISSING', fault), shown: `调用支付JSAPI缺少参数: ${name}` }
  }
  const text = (name: string) => String(parameters[name] ?? '')
  const read = { appid: text('appId'), timeStamp: text('timeStamp'), nonceStr: text('nonceStr') }
  if (client === 'app') {
    if (text('packageValue') !== 'Sign=WXPay')
      return refusal(
        'PACKAGE_WRONG',
        `packageValue is ${quoted(text('packageValue'))}; it is always "Sign=WXPay".`,
      )
    const session = text('prepayId')
    return { ...read, session, fourth: session, signature: text('sign'), partnerId: text('partnerId') }
  }
  const session = /^prepay_id=(.+)$/.exec(text('package'))?.[1]
  if (session === undefined)
    return refusal(
      'PACKAGE_WRONG',
      `package is ${quoted(text('package'))}; it has to be "prepay_id=" and the prepay_id of the reply.`,
    )
  if (text('signType') !== 'RSA')
    return refusal(
      'SIGNATURE_WRONG',
      `signType is ${quoted(text('signType'))}; orders of APIv3 are signed with "RSA".`,
    )
  return { ...read, session, fourth: text('package'), signature: text('paySign'), partnerId: undefined }
}

type Named = readonly [names: readonly string[], parameters: ClientParameters]

/** wx.chooseWXPay calls the time stamp otherwise and makes a text of it; it has the app id of wx.config. */
function namedByPage(client: Exclude<Client, 'app'>, given: ClientParameters, isConfigured: boolean): Named {
  const { timestamp } = given
  const isChoice = isConfigured || (timestamp !== undefined && given.timeStamp === undefined)
  if (client !== 'jsapi' || !isChoice) return [NAMES[client], given]
  if (timestamp === undefined) return [['timestamp'], given]
  const timeStamp = typeof timestamp === 'number' ? String(timestamp) : timestamp
  return [NAMES[given.appId === undefined ? 'mini_program' : 'jsapi'], { ...given, timeStamp }]
}

/** Frameworks for apps write all names small; iOS says `package`, and has a number as time stamp. */
function namedByApp(given: ClientParameters): Named {
  const names = NAMES.app
  const known = new Map(names.map(name => [name.toLowerCase(), name])).set('package', 'packageValue')
  const parameters = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [known.get(name.toLowerCase()) ?? name, value]),
  )
  const { timeStamp } = parameters
  return [
    names,
    Number.isSafeInteger(timeStamp) ? { ...parameters, timeStamp: String(timeStamp) } : parameters,
  ]
}

function faultOf(name: string, parameters: ClientParameters): string | undefined {
  const value = parameters[name]
  if (value === undefined || value === null || value === '') {
    const other = Object.keys(parameters).find(
      one => one !== name && one.toLowerCase() === name.toLowerCase(),
    )
    return `${name} is missing${other === undefined ? '' : `; what is there is called ${other}`}.`
  }
  if (typeof value === 'string') return undefined
  return `${name} is a ${typeof value}; WeChat takes texts only, so write it in quotes.`
}

export function quoted(text: string): string {
  return JSON.stringify(text)
}

/** The four lines that the client's signature covers. */
export function clientMessage(
  appid: string,
  { timeStamp, nonceStr, fourth }: Pick<SignedParameters, 'timeStamp' | 'nonceStr' | 'fourth'>,
): string {
  return `${appid}\n${timeStamp}\n${nonceStr}\n${fourth}\n`
}
