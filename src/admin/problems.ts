/** Every kind of refusal of the administration API, with its HTTP status. */
export const PROBLEMS = {
  INVALID_REQUEST: { status: 400, title: 'The request does not fit its declaration' },
  UNAUTHORIZED: { status: 401, title: 'The token is missing or wrong' },
  NOT_FOUND: { status: 404, title: 'There is no such resource' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The resource has no such method' },
  CONFLICT: { status: 409, title: 'The state of the sandbox does not allow it' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  WRONG_HOST: { status: 421, title: 'The Host header does not name the loopback' },
  INTERNAL_ERROR: { status: 500, title: 'The platform has failed' },
} as const

export type ProblemName = keyof typeof PROBLEMS

/** One field that is wrong. */
export interface FieldProblem {
  /** Its name; a field of an inner object behind a dot. */
  field: string
  issue: string
}

/** A refusal as RFC 9457 has it. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  errors?: readonly FieldProblem[]
}

/** A refusal of the administration API. `detail` says what to change. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly problemName: ProblemName
  readonly errors: readonly FieldProblem[]

  constructor(problemName: ProblemName, detail: string, errors: readonly FieldProblem[] = []) {
    super(detail)
    this.problemName = problemName
    this.errors = errors
  }

  get status(): number {
    return PROBLEMS[this.problemName].status
  }

  get body(): ProblemBody {
    const { status, title } = PROBLEMS[this.problemName]
    return {
      type: problemType(this.problemName),
      title,
      status,
      detail: this.message,
      ...(this.errors.length > 0 && { errors: this.errors }),
    }
  }
}

/** The URI that names a kind of refusal, such as `urn:boomgate:problem:not-found`; it never changes. */
export function problemType(name: ProblemName): string {
  return `urn:boomgate:problem:${name.toLowerCase().replaceAll('_', '-')}`
}

/** The refusal of fields that are each well formed but do not fit together or to what is there. */
export function invalidFields(...errors: [FieldProblem, ...FieldProblem[]]): Problem {
  return new Problem(
    'INVALID_REQUEST',
    errors.map(({ field, issue }) => `${field} ${issue}`).join('; '),
    errors,
  )
}

/** The refusal of a resource that is not there; `what` is such as `payer`. */
export function notFound(what: string, id: string): Problem {
  return new Problem('NOT_FOUND', `There is no ${what} ${id}.`)
}

/** The refusal of a change that the state of the sandbox does not allow. */
export function conflict(detail: string): Problem {
  return new Problem('CONFLICT', detail)
}
