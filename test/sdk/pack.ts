import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSdk } from '../../scripts/build-sdk.ts'

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const COMPILER = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc')

/** Puts what the published package `boomgate` holds into a folder. The shared `dist` is not touched, as others may be using it. */
export async function pack(target: string): Promise<void> {
  // Whether the sources are right is the check's business.
  const flags = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', join(target, 'dist')]
  execFileSync(process.execPath, [COMPILER, ...flags], { cwd: PROJECT })
  await buildSdk(join(target, 'packages', 'sdk'))
  cpSync(join(PROJECT, 'package.json'), join(target, 'package.json'))
}

/** A file of `@boomgate/sdk` as it is listed by `npm pack`. */
export interface PackedFile {
  path: string
  size: number
}

/** Packs `@boomgate/sdk` as it is published, and installs that into a folder without any other package. */
export async function installSdk(folder: string): Promise<PackedFile[]> {
  const source = join(folder, 'packed')
  mkdirSync(source)
  cpSync(join(PROJECT, 'packages', 'sdk', 'package.json'), join(source, 'package.json'))
  await buildSdk(source)
  const [packed] = JSON.parse(npm(source, 'pack', '--json')) as [{ filename: string; files: PackedFile[] }]
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', join(source, packed.filename))
  return packed.files
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
