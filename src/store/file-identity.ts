import { statSync } from 'node:fs'

/** What tells one file from another, whatever they are called. */
export interface FileIdentity {
  dev: number
  ino: number
}

/** Of the file at a path; `undefined` when nothing is there. */
export function identityOf(path: string): FileIdentity | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && { dev: found.dev, ino: found.ino }
}

/** Whether the file at a path is still the one that was there. */
export function isSameFile(path: string, known: FileIdentity | undefined): boolean {
  const found = identityOf(path)
  return found !== undefined && found.dev === known?.dev && found.ino === known?.ino
}
