/** Why a run is to end: what a handler finds as `signal.reason`. Told apart by `name`, across processes too. */
export class Stop extends Error {
  constructor(name: StopName) {
    super(SENTENCES[name])
    this.name = name
  }
}

export type StopName = 'Cancelled' | 'TimedOut' | 'ShuttingDown'

const SENTENCES: Record<StopName, string> = {
  Cancelled: 'the run was cancelled',
  TimedOut: 'the run passed its time limit',
  ShuttingDown: 'Jobdeck is shutting down',
}

/** Thrown by a handler where trying again is of no use. In a file of its own, any error with this name will do. */
export class NonRetryable extends Error {
  override readonly name = 'NonRetryable'
}
