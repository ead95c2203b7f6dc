import { existsSync } from 'node:fs'

// JavaScript, with nothing that an old Node lacks, so that one which is too old says what is needed before it fails at that.

/** True in a clone of the project, and false in an installed package, which has no TypeScript. */
export const isClone = existsSync(new URL('cli/run.ts', import.meta.url))

/**
 * What the Node that runs lacks for the server and the test kit, and how to get it, in one sentence.
 *
 * @returns {string | undefined} Nothing when it will do.
 */
export function neededNode() {
  // TypeScript runs as it is from 22.18 on. The package has none, and needs `setReturnArrays` of node:sqlite, which is in
  // 22.16 and 24 and in nothing between.
  const leastOf22 = isClone ? 18 : 16
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major >= 24 || (major === 22 && minor >= leastOf22)) return undefined
  const howToGetIt = isClone
    ? 'start it by npm, such as npm start or npm run doctor, which uses the Node 24 that npm ci brings'
    : 'npm install --save-dev node@24 brings one into your project, and npx and npm scripts use it there'
  return `Boomgate needs Node 24 or later, or 22.${leastOf22} or later of 22, and this is Node ${node}: ${howToGetIt}.`
}
