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

/** The signal of a run, made when somebody looks at it: most handlers never do. */
export function createStopper() {
  let controller: AbortController | undefined
  let reason: Stop | undefined
  return {
    get signal(): AbortSignal {
      controller ??= new AbortController()
      if (reason) controller.abort(reason)
      return controller.signal
    },
    /** The first reason stands. */
    stop(name: StopName): void {
      reason ??= new Stop(name)
      controller?.abort(reason)
    },
  }
}

/** Thrown by a handler where trying again is of no use. In a file of its own, any error with this name will do. */
export class NonRetryable extends Error {
  /** By this it is known. */
  override readonly name = 'NonRetryable'
}
