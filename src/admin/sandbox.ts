import { ClockStore } from '../clock/clock-store.ts'
import { formatTimeMs } from '../protocol/time.ts'
import { refreshSandboxFiles } from '../sandbox/refresh-sandbox-files.ts'
import {
  DAMAGED,
  deleteSnapshot,
  findSnapshot,
  listSnapshots,
  restoreSnapshot,
  type Snapshot,
  snapshotFault,
  takeSnapshot,
} from '../sandbox/snapshots.ts'
import type { Database, Transaction } from '../store/database.ts'
import { openApiDocument } from './openapi.ts'
import { type AdminContext, adminEndpoint } from './operation.ts'
import { conflict, notFound } from './problems.ts'
import * as contract from './sandbox.contract.ts'
import { shown } from './show.ts'

export const sandbox = [
  adminEndpoint(contract.listSnapshots, async (_request, { sandbox }) => ({
    data: listSnapshots(sandbox.folder).map(snapshotOf),
  })),
  adminEndpoint(contract.getSnapshot, async ({ name }, { sandbox }) =>
    snapshotOf(requireSnapshot(sandbox.folder, name)),
  ),
  adminEndpoint(contract.putSnapshot, async ({ name }, { platform, sandbox }) => {
    await takeSnapshot(platform, sandbox.folder, name)
    return snapshotOf(requireSnapshot(sandbox.folder, name))
  }),
  adminEndpoint(contract.deleteSnapshot, async ({ name }, { sandbox }) => {
    deleteSnapshot(sandbox.folder, name)
    return { name }
  }),
  adminEndpoint(contract.putRestoration, async ({ name, restoration_id }, context) => {
    const { platform, sandbox } = context
    const snapshot = requireSnapshot(sandbox.folder, name)
    // One that was deleted and taken anew is another, from which nothing was restored yet.
    const id = `restoration/${name}/${snapshot.wall_time}/${restoration_id}`
    const known = await findChange(context, id)
    if (known) return { ...changeOf(known, restoration_id), repeated: true }
    const fault = await snapshotFault(platform, sandbox.folder, name)
    if (fault) throw conflict(fault)
    const business_time = movable(context) ? snapshot.business_time : undefined
    const isNew = await changeSandbox(context, { id, snapshot: name, business_time }, (tx, wallNow) =>
      restoreSnapshot(tx, platform, sandbox.folder, name, wallNow),
    )
    return { ...changeOf(await findChange(context, id), restoration_id), repeated: !isNew }
  }),
  adminEndpoint(contract.putReset, async ({ reset_id }, context) => {
    const id = `reset/${reset_id}`
    const { platform, sandbox } = context
    const business_time = movable(context) ? platform.clock.wallNow() : undefined
    // Loaded here, because with it comes what makes certificates.
    const { resetSandbox } = await import('../sandbox/reset-sandbox.ts')
    const isNew = await changeSandbox(context, { id, snapshot: '', business_time }, (tx, wallNow) => {
      const now = movable(context) ? wallNow : platform.clock.now()
      return resetSandbox(tx, platform, { now, trust: sandbox.trust })
    })
    return { ...changeOf(await findChange(context, id), reset_id), repeated: !isNew }
  }),
  adminEndpoint(contract.getOpenApi, async (_request, { endpoints }) => openApiDocument(endpoints)),
]

interface SandboxChange {
  id: string
  snapshot: string
  business_time: number
  wall_time: number
}

/**
 * Changes the whole sandbox as one transaction, once for each id, while no due work is in hand and nobody else writes on this
 * node. Afterwards the clock and the merchants' files say what the store says. Answers false when it was done before.
 */
async function changeSandbox(
  { platform, gate, scheduler, sandbox }: AdminContext,
  {
    id,
    snapshot,
    business_time,
  }: Pick<SandboxChange, 'id' | 'snapshot'> & { business_time: number | undefined },
  work: (tx: Transaction, wallNow: number) => Promise<void>,
): Promise<boolean> {
  const { clock } = platform
  const change = async (db: Database) => {
    const isNew = await db.transaction(async tx => {
      const wall_time = clock.wallNow()
      const written = await tx.run(
        `INSERT INTO sandbox_changes (id, snapshot, business_time, wall_time) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        id,
        snapshot,
        business_time ?? clock.now(),
        wall_time,
      )
      if (written === 1) await work(tx, wall_time)
      return written === 1
    })
    // Before anybody writes again, who would go by the business time of the sandbox before.
    const { control } = scheduler
    if (control instanceof ClockStore) await control.reload(true)
    await platform.faults.reload()
    return isNew
  }
  const isNew = await scheduler.whileIdle(() => gate.exclusively(change))
  await refreshSandboxFiles(platform, sandbox)
  return isNew
}

/** A clock that was given at start is nobody's to set back. */
function movable({ scheduler }: AdminContext): boolean {
  return scheduler.control instanceof ClockStore
}

function findChange({ platform }: AdminContext, id: string): Promise<SandboxChange | undefined> {
  return platform.db.get<SandboxChange>(
    'SELECT id, snapshot, business_time, wall_time FROM sandbox_changes WHERE id = $1',
    id,
  )
}

function changeOf(change: SandboxChange | undefined, id: string) {
  if (!change) throw new Error(`The change ${id} was not written`)
  return shown({ ...change, id }, ['business_time', 'wall_time'])
}

function requireSnapshot(folder: string, name: string): Snapshot {
  const snapshot = findSnapshot(folder, name)
  if (!snapshot) throw notFound('snapshot', name)
  if (snapshot === 'damaged') throw conflict(DAMAGED)
  return snapshot
}

function snapshotOf(snapshot: Snapshot) {
  return {
    ...snapshot,
    business_time: formatTimeMs(snapshot.business_time),
    wall_time: formatTimeMs(snapshot.wall_time),
  }
}
