import * as Type from '../contract/schema.ts'
import { count, fileName, id, repeated, shown, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const snapshotName = fileName('Its name')

const snapshot = Type.Object({
  name: snapshotName,
  business_time: time('At which it was taken'),
  wall_time: time('The same by the wall clock'),
  bytes: count('Size of its file'),
})

const change = Type.Object({
  id: id('The name that was given to it'),
  snapshot: shown('What was restored; empty for a reset'),
  business_time: time('Of the sandbox after it'),
  wall_time: time('When it was done'),
  repeated,
})

export const listSnapshots = adminOperation({
  name: 'listSnapshots',
  method: 'GET',
  path: '/admin/v1/sandbox/snapshots',
  title: 'Snapshots of the sandbox',
  request: Type.Object({}),
  reply: Type.Object({ data: Type.Array(snapshot) }),
  problems: [],
})

export const getSnapshot = adminOperation({
  name: 'getSnapshot',
  method: 'GET',
  path: '/admin/v1/sandbox/snapshots/{name}',
  title: 'A snapshot',
  request: Type.Object({ name: snapshotName }),
  reply: snapshot,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const putSnapshot = adminOperation({
  name: 'putSnapshot',
  method: 'PUT',
  path: '/admin/v1/sandbox/snapshots/{name}',
  title: 'Takes a snapshot; one that exists is left as it is',
  request: Type.Object({ name: snapshotName }),
  reply: snapshot,
  problems: ['CONFLICT'],
})

export const deleteSnapshot = adminOperation({
  name: 'deleteSnapshot',
  method: 'DELETE',
  path: '/admin/v1/sandbox/snapshots/{name}',
  title: 'Deletes a snapshot, and forgets what was restored from it',
  request: Type.Object({ name: snapshotName }),
  reply: Type.Object({ name: snapshotName }),
  problems: [],
})

export const putRestoration = adminOperation({
  name: 'putRestoration',
  method: 'PUT',
  path: '/admin/v1/sandbox/snapshots/{name}/restorations/{restoration_id}',
  title: 'Makes the sandbox what it was at a snapshot; once for each restoration_id',
  description: 'Business time is what it was too, unless the clock was given at start.',
  request: Type.Object({ name: snapshotName, restoration_id: id('The name of this restoration') }),
  reply: change,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const putReset = adminOperation({
  name: 'putReset',
  method: 'PUT',
  path: '/admin/v1/sandbox/resets/{reset_id}',
  title: 'Makes the sandbox what it was at the first start, with the same keys; once for each reset_id',
  description: 'Business time runs with wall time again, unless the clock was given at start.',
  request: Type.Object({ reset_id: id('The name of this reset') }),
  reply: change,
  problems: [],
})

export const getOpenApi = adminOperation({
  name: 'getOpenApi',
  method: 'GET',
  path: '/admin/v1/openapi.json',
  title: 'This API as OpenAPI 3.1',
  request: Type.Object({}),
  reply: Type.Unsafe<object>({ type: 'object', description: 'An OpenAPI document' }),
  problems: [],
})
