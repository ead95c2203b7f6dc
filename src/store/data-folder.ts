import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** SQLite's code for a lock that somebody else holds. */
const SQLITE_BUSY = 5

/** Another process, or another part of this one, works on the folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse'

  constructor(folder: string) {
    super(`The data folder ${folder} is in use by another process. Stop it first, or choose another folder.`)
  }
}

/** The open lock files: one that nobody refers to would be collected, and its lock with it. */
const held = new Set<DatabaseSync>()

/** The data folder while it is ours. */
export interface DataFolderLock {
  /** Lets the next process have it. The end of the process does the same, however it ends. */
  release(): void
}

/**
 * Creates the folder if it is missing, readable by its owner alone, and locks it against a second process.
 *
 * The lock is an exclusive transaction on the empty SQLite file `lock`, that is a lock of the operating system, which
 * frees it when the process dies, also by SIGKILL. No journal is kept, so nothing is left behind. The file itself stays:
 * removing it would let two processes hold locks on two files of the same name.
 *
 * @throws DataFolderInUse if somebody else has it.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = new DatabaseSync(join(folder, 'lock'), { timeout: 0 })
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (error) {
    file.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new DataFolderInUse(folder)
    throw error
  }
  held.add(file)
  return {
    release() {
      if (held.delete(file)) file.close()
    },
  }
}
