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
 * A path with its parameters percent-encoded. The documents' samples print the plate as it is, but a path is read as a
 * URL: a `&`, `#` or `%` inside a value would end it, and not every WebView on the way carries a Chinese character as
 * the same bytes. Encoded UTF-8 means the same to all of them.
 */
export function pathWithQuery(path: string, parameters: Record<string, string>): string {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${path}?${query.join('&')}`
}

/** The parameters that have a value. */
export function present(parameters: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(parameters)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
