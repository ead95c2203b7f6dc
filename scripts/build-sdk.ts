import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

// The SDK as `@boomgate/sdk` has it: one file of JavaScript for `import` and one for `require`, the declarations, and what
// is to be read.

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const COMPILER = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
const ENTRIES = { index: 'src/sdk/index.ts', shangmi: 'src/sdk/shangmi.ts' }

/** Writes everything of the package but its `package.json` into its folder. */
export async function buildSdk(folder: string): Promise<void> {
  const target = join(folder, 'dist')
  rmSync(target, { recursive: true, force: true })
  await bundle(target)
  write(join(folder, 'LICENSE'), readFileSync(join(project, 'LICENSE'), 'utf8'))
  write(
    join(folder, 'README.md'),
    withoutLinks(readFileSync(join(project, 'src', 'sdk', 'README.md'), 'utf8')),
  )
  const declared = mkdtempSync(join(tmpdir(), 'boomgate-sdk-types-'))
  try {
    const flags = ['-p', join('packages', 'sdk'), '--outDir', declared]
    execFileSync(process.execPath, [COMPILER, ...flags], { cwd: project, stdio: 'inherit' })
    writeDeclarations(declared, target)
  } finally {
    rmSync(declared, { recursive: true })
  }
}

async function bundle(target: string): Promise<void> {
  const build = await rolldown({
    cwd: project,
    input: ENTRIES,
    platform: 'node',
    external: /^node:|^sm-crypto-v2$/,
    // Outside Node these are no globals everywhere.
    transform: {
      target: 'node20',
      inject: { Buffer: ['node:buffer', 'Buffer'], process: ['node:process', 'default'] },
    },
  })
  for (const [format, ending] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ] as const) {
    await build.write({
      dir: target,
      format,
      entryFileNames: `[name].${ending}`,
      chunkFileNames: `[name].${ending}`,
    })
  }
  await build.close()
}

/**
 * Copies the declarations that the entries need as `.d.cts`, which every way of resolving modules reads. Those for
 * `import` give the same ones on, so that a class is one type however it was imported.
 */
function writeDeclarations(declared: string, target: string): void {
  const types = join(target, 'types')
  const written = new Set<string>()
  const copy = (name: string): void => {
    if (written.has(name)) return
    written.add(name)
    const source = readFileSync(join(declared, `${name}.d.ts`), 'utf8')
    const text = source
      .replaceAll(/(["'])(\.[^"']*)\.ts\1/g, (_, _quote, path: string) => {
        const wanted = join(dirname(name), path)
        copy(wanted)
        const from = relative(dirname(name), wanted).replaceAll('\\', '/')
        return `'${from.startsWith('.') ? from : `./${from}`}.cjs'`
      })
      // Compilers before 5.7 have no parameter there.
      .replaceAll(/\b(Buffer|Uint8Array)<ArrayBuffer(?:Like)?>/g, '$1')
    write(join(types, `${name}.d.cts`), text)
  }
  for (const [entry, path] of Object.entries(ENTRIES)) {
    const name = relative('src', path).replace(/\.ts$/, '').replaceAll('\\', '/')
    copy(name)
    for (const ending of ['d.cts', 'd.mts'])
      write(join(target, `${entry}.${ending}`), declarationsOf(`./types/${name}.cjs`))
  }
}

function declarationsOf(path: string): string {
  return `export * from '${path}'\n`
}

/** A text without the links to other files of the repository, which the package does not have. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\((?!#|https?:)[^)]+\)/g, '$1')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
