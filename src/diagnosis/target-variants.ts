import type { Cause } from './causes.ts'
import { charsetEscapes } from './charsets.ts'
import { permutations } from './form-variants.ts'

/** A part of a message as it may have been signed instead. */
export interface Spelling {
  value: string
  causes: readonly Cause[]
}

/** What a target was sent with. */
export interface TargetSurroundings {
  /** Names under which the caller may know the platform. */
  hosts: readonly string[]
  /** Paths that something in between says the caller has asked for. */
  forwarded: readonly string[]
  /** The path with names in place of its fields, such as `/v3/a/{b}`; empty when there are none. */
  template: string
}

/** Paths under which gateways mount the API. */
const COMMON_PREFIXES = ['api', 'wechat', 'weixin', 'wxpay', 'wechatpay', 'pay', 'gateway', 'proxy', 'v3']
const OFFICIAL_HOSTS = ['api.mch.weixin.qq.com', 'api2.mch.weixin.qq.com']
/** Of at most so many parameters every order is tried. */
const MAX_PERMUTED = 4
const MAX_PARTS = 32

/** The ways in which a target may have been signed, the likely ones first. */
export function* targetVariants(target: string, surroundings: TargetSurroundings): Generator<Spelling> {
  const [path, query] = partsOf(target)
  yield* otherSpellings(path, query)
  yield* hostVariants(target, surroundings)
  yield* pathVariants(path, query, surroundings)
  for (const order of ordersOf(query)) {
    yield { value: path + order, causes: ['query_reordered'] }
    for (const { value, causes } of spellings(order, 'query_decoded'))
      yield { value: path + value, causes: ['query_reordered', ...causes] }
  }
}

/** Two things wrong with one target: how it is spelled, and where it begins. */
export function* targetPairs(target: string, surroundings: TargetSurroundings): Generator<Spelling> {
  const [path, query] = partsOf(target)
  const met = new Set([target])
  for (const spelling of otherSpellings(path, query)) {
    if (met.has(spelling.value)) continue
    met.add(spelling.value)
    const beginnings = [
      ...hostVariants(spelling.value, surroundings),
      ...pathVariants(...partsOf(spelling.value), surroundings),
    ]
    for (const { value, causes } of beginnings) yield { value, causes: [...causes, ...spelling.causes] }
  }
}

/** The path, and the query with its question mark. */
function partsOf(target: string): [path: string, query: string] {
  const start = target.indexOf('?')
  return start === -1 ? [target, ''] : [target.slice(0, start), target.slice(start)]
}

/** The target with its query left out, and with other percent-encodings of its parts. */
function* otherSpellings(path: string, query: string): Generator<Spelling> {
  if (query === '') yield { value: `${path}?`, causes: ['query_empty'] }
  else yield { value: path, causes: ['query_left_out'] }
  for (const shorter of withoutParameters(query))
    yield { value: path + shorter, causes: ['query_parameter_added'] }
  if (query !== '') yield { value: `${path}${query}&`, causes: ['query_empty'] }
  if (query.endsWith('&')) yield { value: path + query.slice(0, -1), causes: ['query_empty'] }
  for (const { value, causes } of spellings(query, 'query_decoded')) yield { value: path + value, causes }
  for (const { value, causes } of spellings(path, 'path_decoded')) yield { value: value + query, causes }
  for (const { value, causes } of spellings(path + query, 'query_decoded')) yield { value, causes }
  const lower = path.toLowerCase()
  for (const value of [lower + query.toLowerCase(), lower + query]) yield { value, causes: ['url_case'] }
  yield { value: charsetEscapes(path + query), causes: ['charset'] }
}

/** The query without each one of its parameters, and without more and more of the last and of the first ones. */
function withoutParameters(query: string): Set<string> {
  const pairs = query.slice(1).split('&').slice(0, MAX_PARTS)
  const shorter = new Set<string>()
  for (let index = 0; index < pairs.length; index += 1) {
    for (const rest of [pairs.toSpliced(index, 1), pairs.slice(0, index), pairs.slice(index + 1)])
      if (rest.length > 0) shorter.add(`?${rest.join('&')}`)
  }
  shorter.delete(query)
  return shorter
}

/** Other percent-encodings of one text. */
function* spellings(text: string, decoded: Cause): Generator<Spelling> {
  const chinese = text.replaceAll(/(?:%[89a-f][0-9a-f])+/gi, part => decode(part))
  yield { value: chinese, causes: ['chinese_not_encoded'] }
  yield { value: text.replaceAll('%20', '+'), causes: ['query_plus'] }
  yield { value: text.replaceAll('+', '%20'), causes: ['query_plus'] }
  yield { value: decode(text), causes: [decoded] }
  yield { value: decode(text.replaceAll('+', ' ')), causes: [decoded] }
  yield { value: decode(text).replaceAll(' ', '+'), causes: [decoded] }
  for (const turn of ['toLowerCase', 'toUpperCase'] as const)
    yield { value: text.replaceAll(/%[0-9a-f]{2}/gi, part => part[turn]()), causes: ['escape_case'] }
  for (const encode of ENCODINGS) {
    const parts = text.split(/([/?&=])/)
    yield {
      value: parts.map(part => (SEPARATORS.test(part) ? part : encode(decode(part)))).join(''),
      causes: ['escaped_otherwise'],
    }
  }
  yield { value: text.replaceAll('%', '%25'), causes: ['escaped_twice'] }
  yield { value: text.replaceAll('%25', '%'), causes: ['escaped_twice'] }
}

const SEPARATORS = /^[/?&=]$/

const strictly = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** As libraries encode a value: JavaScript, JavaScript for whole URLs, RFC 3986, forms. */
const ENCODINGS: readonly ((text: string) => string)[] = [
  encodeSafely(encodeURIComponent),
  encodeSafely(encodeURI),
  encodeSafely(strictly),
  encodeSafely(text => new URLSearchParams({ '': text }).toString().slice(1)),
  encodeSafely(text => encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%2C', ',')),
]

/** A text that no URL can hold stays as it is. */
function encodeSafely(encode: (text: string) => string): (text: string) => string {
  return text => {
    try {
      return encode(text)
    } catch {
      return text
    }
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function* hostVariants(target: string, { hosts }: TargetSurroundings): Generator<Spelling> {
  for (const host of [...hosts, ...OFFICIAL_HOSTS]) {
    for (const beginning of ['https://', 'http://', '//', ''])
      yield { value: `${beginning}${host}${target}`, causes: ['host_signed'] }
  }
}

function* pathVariants(
  path: string,
  query: string,
  { forwarded, template }: TargetSurroundings,
): Generator<Spelling> {
  for (const value of [`${path}/${query}`, path.replace(/\/$/, '') + query, `/${path}${query}`])
    yield { value, causes: ['path_slash'] }
  yield { value: path.slice(1) + query, causes: ['path_slash'] }
  if (template !== '') {
    for (const value of [template, template.replaceAll(/\{(\w+)\}/g, ':$1')]) {
      yield { value: value + query, causes: ['path_template'] }
      yield { value, causes: query === '' ? ['path_template'] : ['path_template', 'query_left_out'] }
    }
  }
  const parts = path.split('/').slice(1, MAX_PARTS)
  for (let first = 1; first < parts.length; first += 1) {
    const rest = parts.slice(first).join('/')
    yield { value: `/${rest}${query}`, causes: ['path_prefix_missing'] }
    yield { value: rest + query, causes: ['path_prefix_missing'] }
  }
  for (const whole of forwarded) {
    yield { value: whole, causes: ['path_prefix_signed'] }
    yield { value: whole.replace(/\/$/, '') + path + query, causes: ['path_prefix_signed'] }
  }
  for (const prefix of COMMON_PREFIXES)
    yield { value: `/${prefix}${path}${query}`, causes: ['path_prefix_signed'] }
}

/** The same parameters in other orders: sorted as APIv2 does it, backwards, and all orders of a few. */
function ordersOf(query: string): string[] {
  const pairs = query.slice(1).split('&')
  if (pairs.length < 2 || pairs.length > MAX_PARTS) return []
  const orders = [pairs.toSorted(), pairs.toReversed()]
  if (pairs.length <= MAX_PERMUTED) orders.push(...permutations(pairs))
  return [...new Set(orders.map(order => `?${order.join('&')}`))].filter(order => order !== query)
}
