import { openApi } from '../contract/openapi.ts'
import type { AdminEndpoint } from './operation.ts'
import { PROBLEMS, type ProblemName, problemType } from './problems.ts'

/** What every call can be refused with, besides what it declares. */
const EVERY_CALL: readonly ProblemName[] = ['INVALID_REQUEST', 'UNAUTHORIZED', 'WRONG_HOST', 'INTERNAL_ERROR']

/** The administration API as OpenAPI 3.1. */
export function openApiDocument(endpoints: readonly AdminEndpoint[]): object {
  const refusals = Object.fromEntries(
    Object.entries(PROBLEMS).map(([name, problem]) => [
      name,
      { ...problem, type: problemType(name as ProblemName) },
    ]),
  )
  const calls = endpoints.map(({ operation: { problems, ...call } }) => ({
    ...call,
    tag: call.path.split('/')[3] ?? '',
    refusals: [...EVERY_CALL, ...(call.method === 'PUT' ? (['BODY_TOO_LARGE'] as const) : []), ...problems],
  }))
  const info = {
    title: 'Boomgate administration API',
    version: 'v1',
    description: 'What is in a sandbox, to be seen and driven by people, scripts and tests.',
  }
  return openApi(info, calls, refusals)
}
