import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const COMPILER = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc')

/** Puts what a published package holds into a folder. The shared `dist` is left alone, as others may be using it. */
export function pack(target: string): void {
  // Whether the sources are right is the check's business.
  const flags = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(target, 'dist')]
  execFileSync(process.execPath, [COMPILER, ...flags], { cwd: PROJECT })
  cpSync(join(PROJECT, 'package.json'), join(target, 'package.json'))
}
