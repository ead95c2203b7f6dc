import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { identityOf, isSameFile } from './file-identity.ts'
import { DatabaseSync } from './node-sqlite.ts'

/** SQLite's code for a lock that somebody else holds. */
const SQLITE_BUSY = 5

/**
 * Files that hold secrets, by where they are in the data folder; also those that a crash has left half written. The store
 * is not among them: who opens it sees to it.
 */
const SECRET_FILES: readonly { in: string; named: RegExp }[] = [
  { in: '.', named: /^admin\.json/ },
  { in: 'merchants', named: /^(apiclient_key\.pem|merchant\.json)/ },
  { in: 'snapshots', named: /\.jsonl/ },
  { in: 'tls', named: /key\.pem/ },
]
const FOR_OTHERS = 0o077

/** How often is looked whether the folder is still there, in milliseconds: one `stat` each time. */
const LOOK_EVERY_MS = 1_000

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
  /** Calls back within a second, once, when the folder was deleted, moved or replaced, and with it the lock. */
  onceGone(callback: (reason: string) => void): void
}

/**
 * Creates the folder if it is missing, readable only by its owner, and locks it against a second process. Files in it
 * that hold secrets then belong only to their owner too, if an earlier version or a copy has left them otherwise.
 *
 * The lock is an exclusive transaction on the empty SQLite file `lock`, that is a lock of the operating system, which
 * frees it when the process dies, also by SIGKILL. No journal is kept, so nothing is left behind. The file itself stays:
 * removing it would let two processes hold locks on two files of the same name.
 *
 * @throws DataFolderInUse if somebody else has it.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'lock')
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
    tighten(folder)
  } catch (error) {
    file.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw new DataFolderInUse(folder)
    throw error
  }
  held.add(file)
  const identity = identityOf(path)
  let timer: NodeJS.Timeout | undefined
  return {
    release() {
      clearInterval(timer)
      if (held.delete(file)) file.close()
    },
    onceGone(callback) {
      timer = setInterval(() => {
        if (isSameFile(path, identity)) return
        clearInterval(timer)
        callback(`The data folder ${folder} was deleted or moved`)
      }, LOOK_EVERY_MS).unref()
    },
  }
}

/** Takes from others what they could do with our files that hold secrets. Throws when one is somebody else's. */
function tighten(folder: string): void {
  for (const { in: own, named } of SECRET_FILES) {
    const path = join(folder, own)
    if (!existsSync(path)) continue
    const files = readdirSync(path, { withFileTypes: true, recursive: own !== '.' })
    for (const file of files) {
      if (file.isFile() && named.test(file.name)) tightenFile(join(file.parentPath, file.name))
    }
  }
}

function tightenFile(path: string): void {
  const { mode } = lstatSync(path)
  if ((mode & FOR_OTHERS) !== 0) chmodSync(path, mode & 0o777 & ~FOR_OTHERS)
}
