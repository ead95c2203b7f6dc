import { lockDataFolder } from './data-folder.ts'
import { findTestStore } from './testing.ts'

// A second process for the tests of this folder: it does one thing until it is killed.

/** Transactions that are under way at any moment, so that a kill hits some of them in each state. */
const CONCURRENT_WRITERS = 16

const [role, location = ''] = process.argv.slice(2)

if (role === 'write') await writeForEver(location)
else if (role === 'lock') holdForEver(location)
else throw new Error(`There is no role ${role}`)

/** Commits rows, each together with a second one in another table, and prints the number of each committed row. */
async function writeForEver(location: string): Promise<void> {
  const db = await findTestStore(location).open()
  let next = 1
  const write = async () => {
    for (;;) {
      const id = next
      next += 1
      await db.transaction(async tx => {
        await tx.run('INSERT INTO charges VALUES ($1)', id)
        await tx.run('INSERT INTO postings VALUES ($1)', id)
      })
      process.stdout.write(`${id}\n`)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_WRITERS }, write))
}

function holdForEver(folder: string): void {
  lockDataFolder(folder)
  process.stdout.write('locked\n')
  process.stdin.resume()
}
