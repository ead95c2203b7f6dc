/** Why business time cannot be moved as requested. */
export type ClockRefusal =
  | 'GOES_BACK'
  | 'TOO_FAR'
  | 'OTHER_TARGET'
  | 'HELD_ELSEWHERE'
  | 'NOT_MOVABLE'
  | 'NOT_RUNNABLE'
  | 'STOPPED'
  | 'SANDBOX_CHANGED'

const MESSAGES: Record<ClockRefusal, string> = {
  GOES_BACK: 'Business time never goes back',
  TOO_FAR: 'One move of business time covers at most 366 days',
  OTHER_TARGET: 'A move of this name has another target',
  HELD_ELSEWHERE: 'Another node has due work in hand for too long; repeat the move later',
  NOT_MOVABLE: 'The clock that was given at start cannot be moved or frozen',
  NOT_RUNNABLE: 'The clock that was given at start stands still until it is moved, and cannot be set running',
  SANDBOX_CHANGED: 'The sandbox was reset or restored meanwhile, and the move is gone with the old one',
  STOPPED: 'The platform stops; the move goes on when it is repeated',
}

/** Business time stays as it is, or a move has come only so far. */
export class ClockError extends RangeError {
  readonly refusal: ClockRefusal

  constructor(refusal: ClockRefusal) {
    super(MESSAGES[refusal])
    this.name = 'ClockError'
    this.refusal = refusal
  }
}
