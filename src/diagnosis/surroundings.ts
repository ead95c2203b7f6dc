import type { RefusedRequest } from './finding.ts'
import type { TargetSurroundings } from './target-variants.ts'

/** Headers in which proxies say what they were asked for. */
const HOST_HEADERS = ['host', 'x-forwarded-host', 'x-original-host']
const PATH_HEADERS = [
  'x-forwarded-prefix',
  'x-forwarded-uri',
  'x-forwarded-path',
  'x-original-uri',
  'x-original-url',
  'x-envoy-original-path',
]
/** A header that is longer says nothing. */
const MAX_LENGTH = 1024

/** What the caller may have taken for the URL, by what came with the request. */
export function surroundingsOf({ headers, template }: RefusedRequest): TargetSurroundings {
  const read = (name: string) => {
    const value = headers[name]
    return typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH ? [value.trim()] : []
  }
  const named = HOST_HEADERS.flatMap(read)
  const withoutPort = named.map(host => host.replace(/:\d+$/, ''))
  return {
    hosts: [...new Set([...named, ...withoutPort])],
    forwarded: PATH_HEADERS.flatMap(read),
    template,
  }
}
