/** The argument of `wx.navigateToMiniProgram`. */
export interface MiniProgramLaunch {
  appId: string
  path: string
  extraData: Record<string, string>
}

/** `userName` and `path` of `WXLaunchMiniProgram` in the Open SDK. */
export interface AppLaunch {
  userName: string
  path: string
}

/**
 * A path with its parameters. Letters and digits of any script stand as they are, because the documents print them so
 * and a mini program gets the values of its path as they were given, without decoding. What would end a value or the path
 * (`&`, `#`, `%`, `?`, `=`, `+`, spaces) is percent-encoded: no documented value has it, and it can do no harm.
 */
export function pathWithQuery(path: string, parameters: Record<string, string>): string {
  const query = Object.entries(parameters).map(
    ([name, value]) => `${name}=${value.replaceAll(/[^\p{L}\p{Nd}]+/gu, encodeURIComponent)}`,
  )
  return `${path}?${query.join('&')}`
}

/** The parameters that have a value. */
export function present(parameters: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(parameters)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
