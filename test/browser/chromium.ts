import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import type { Scope } from '../platform.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The browser of this machine: at CHROMIUM_PATH, or by its usual names. Throws a sentence that says what to install. */
function findChromium(): string {
  const { CHROMIUM_PATH, PATH = '' } = process.env
  const found =
    CHROMIUM_PATH ??
    PATH.split(delimiter)
      .flatMap(folder => NAMES.map(name => join(folder, name)))
      .find(path => existsSync(path))
  if (found !== undefined && existsSync(found)) return found
  throw new Error(
    CHROMIUM_PATH === undefined
      ? `There is no ${NAMES.join(' and no ')} on the PATH: run \`apt-get install -y chromium fonts-noto-cjk\`, or install Chrome and set CHROMIUM_PATH to its program.`
      : `CHROMIUM_PATH is ${CHROMIUM_PATH}, where nothing is: set it to the program of Chromium or Chrome.`,
  )
}

/** A real Chromium for the tests of a file. */
export async function launchChromium(t: Scope): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    // As root there is no sandbox of processes, and a container has little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  t.after(() => browser.close())
  return browser
}
