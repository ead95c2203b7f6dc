/** What a check has found wrong with the merchant's program: one sentence or two, with what was seen. */
export class Finding extends Error {
  override readonly name = 'Finding'
}

/** Nobody answers at the adapter any more, so nothing else can be found out. */
export class ProgramGone extends Finding {}

/** The first call of an adapter found nothing at its path, so nothing else can be found out either. */
export class NoSuchAdapter extends Finding {
  /** Which one, as its option is named. */
  readonly adapter: string

  constructor(message: string, adapter: string) {
    super(message)
    this.adapter = adapter
  }
}

/** The platform has failed, or its administration was refused or lost, so that the merchant's program is not to blame. */
export class PlatformFailure extends Error {
  override readonly name: string = 'PlatformFailure'
  /** Sentences for whoever runs the check. */
  readonly whatToDo: string

  constructor(message: string, whatToDo: string, options?: ErrorOptions) {
    super(message, options)
    this.whatToDo = whatToDo
  }
}

/** A check that says nothing about this merchant, and why. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** The doctor cannot examine anything: the platform or the merchant's adapter is not there. The message says what to do. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun'
}
