import type { ErrorInfo, Parameters } from '../../shared/contract.ts'
import type { Definition } from '../definition.ts'
import type { Sink } from '../dispatch/record.ts'
import type { RunFacts } from './context.ts'
import type { StopName } from './stopping.ts'
import type { ProcessIdentity, Root } from './tree.ts'

/** What an executor is given to run. */
export interface Task {
  facts: RunFacts
  definition: Definition
  params: Parameters
  /** The names of the parameters in which there is a secret. */
  secretParams: ReadonlySet<string>
  /** What is masked in all that it writes. */
  secrets: readonly string[]
  /** The variables that its job, its categories and their files set. */
  variableNames: readonly string[]
  /** The file with the bundled code of a module. */
  code?: string | undefined
  /** The whole environment; a function has that of its process. */
  environment: Record<string, string>
  /** What is stored of it. */
  storedEnvironment?: Record<string, string> | undefined
  /** What the environment of each of its processes carries as `JOBDECK_RUN`. */
  mark: string
}

/** How a handler ended, as its executor saw it. What that means for the run is decided in `dispatch/outcome`. */
export type Outcome =
  /** It returned; `result` is JSON text. */
  | { kind: 'returned'; result: string | null }
  | { kind: 'threw'; error: ErrorInfo }
  /** A program ended. */
  | { kind: 'exited'; code: number | null; signal: string | null; result: string | null }
  /** A thread or child ended without an answer. */
  | { kind: 'died'; code: number | null; signal: string | null; message: string }

/** A handler that is ready to begin; none of its code has run. */
export interface Run {
  /** Runs the handler. */
  begin(): void
  /** Asks it to end, in the ways its kind has. */
  stop(reason: StopName): void
  /** Ends it and all its processes; resolves when they are gone or can be waited for no longer. */
  kill(): Promise<void>
  /** Never rejects. Its output and reports were all given to the sink before. */
  readonly ended: Promise<Outcome>
  /** Its process, where that is there before the handler begins. */
  readonly process?: ProcessIdentity | undefined
  /** Where its processes are found; resolves once the first of them is there, or cannot be. */
  readonly root: Promise<Root>
}

/**
 * Prepares a task so far that nothing of the handler has run yet.
 * Rejects where it cannot be run at all, and the run then fails with that error; and soon after the signal fires.
 */
export type Executor = (task: Task, sink: Sink, signal: AbortSignal) => Promise<Run>

/** How long a place for a module may take to start, in ms. */
const START_TIME = 60_000

/**
 * Waits for a place that starts.
 * @throws where that is not wanted any more, or takes too long
 */
export async function whenStarted(started: Promise<unknown>, wanted: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(new Error('it is not wanted any more'))
  const tooLate = () => reject(new Error(`it did not start within ${START_TIME / 1000} s`))
  const timer = setTimeout(tooLate, START_TIME).unref()
  if (wanted.aborted) giveUp()
  wanted.addEventListener('abort', giveUp, { once: true })
  try {
    await Promise.race([started, promise])
  } finally {
    clearTimeout(timer)
    wanted.removeEventListener('abort', giveUp)
  }
}
