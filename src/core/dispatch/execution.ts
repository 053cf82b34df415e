import { setImmediate as nextTurn } from 'node:timers/promises'
import prettyBytes from 'pretty-bytes'
import type { ErrorInfo, FinalStatus } from '../../shared/contract.ts'
import type { Clock } from '../clock.ts'
import { laneOf } from '../definition.ts'
import type { Hub } from '../events.ts'
import type { Executor, Run, Task } from '../executors/executor.ts'
import { errorInfo } from '../executors/failure.ts'
import type { StopName } from '../executors/stopping.ts'
import { endTree, findTree, type ProcessIdentity, type Root } from '../executors/tree.ts'
import type { Claimed } from '../store/claim.ts'
import type { Known } from '../store/executions.ts'
import type { Store } from '../store/store.ts'
import { channels, type TelemetryEnd, type TelemetryRun } from '../telemetry.ts'
import { runOf, tellBegin } from '../telling.ts'
import { judge, type Stopping, type Verdict } from './outcome.ts'
import { Recorder } from './record.ts'
import { retryDelay } from './retry.ts'
import type { Sampler } from './sampler.ts'

export interface ExecutionParts {
  hostId: string
  store: Store
  hub: Hub
  clock: Clock
  /** Where files that are kept with runs lie. */
  artifacts: string
  executorOf(task: Task): Executor
  /** Everything about the run that its host knows. Rejects where it cannot be run at all. */
  taskOf(claimed: Claimed): Promise<Task>
  sampler: Sampler
  /** Told when a run has ended whose processes may have left others behind. */
  onLeftovers(root: Root, grace: number): void
  /** Told when the final state is stored, and whether another attempt was queued. */
  onEnded(claimed: Claimed, status: FinalStatus, isRetried: boolean): void
}

/** Samples are kept this many ms apart at least. */
const SAMPLE_INTERVAL = 2000

const STOP_NAMES: Record<Stopping['reason'], StopName> = {
  cancelled: 'Cancelled',
  timeout: 'TimedOut',
  killed: 'Cancelled',
  interrupted: 'ShuttingDown',
}

/** What has begun with its claim is not stopped while it is prepared. */
const NEVER = new AbortController().signal

const NEVER_BEGAN = { kind: 'returned', result: null } as const

/** One execution on its way from claimed to final, on the host that claimed it. */
export class ActiveExecution {
  readonly #parts: ExecutionParts
  readonly #claimed: Claimed
  readonly #onEnding: () => void
  #known: Known
  readonly #recorder: Recorder
  /** Fires when it is to end before it has begun. */
  readonly #preparing: AbortController | undefined
  #stopping: Stopping | undefined
  /** Set while the handler runs. */
  #run: Run | undefined
  #killed: Promise<void> | undefined
  #cancelGrace: (() => void) | undefined
  #startedAwake: number | undefined
  /** Made where somebody listens. */
  #told: TelemetryRun | undefined
  /** Resolves when the final state is stored. */
  readonly done: Promise<void>

  /** @param onEnding told when its final state is about to be stored: whatever is asked for then shares that commit */
  constructor(parts: ExecutionParts, claimed: Claimed, onEnding: () => void) {
    this.#parts = parts
    this.#onEnding = onEnding
    this.#claimed = claimed
    const { id, jobId, begun } = claimed
    if (!begun) this.#preparing = new AbortController()
    this.#known = { id, jobId, status: begun ? 'running' : 'initializing' }
    this.#recorder = new Recorder(parts, claimed, claimed.definition, (limit) =>
      this.#passLimit(
        'OutputLimit',
        `it wrote more than its limit of ${prettyBytes(limit, { binary: true })}`,
      ),
    )
    this.done = this.#finish()
  }

  get isDaemon(): boolean {
    return this.#claimed.definition.isDaemon ?? false
  }

  /** Whether it waits for its handler, and for nothing else. */
  get isInHandler(): boolean {
    return this.#run !== undefined
  }

  /** Ends it because it passed a limit. */
  #passLimit(name: string, message: string): void {
    this.stop('killed', true, { name, message })
  }

  /** Asks the handler to end, and after the grace, or at once with `force`, ends it. The first reason stands. */
  stop(reason: Stopping['reason'], force = false, error?: ErrorInfo): void {
    if (!this.#stopping) {
      this.#stopping = { reason, forced: false, error }
      this.#ask()
    }
    if (force) this.#kill()
  }

  #ask(): void {
    // What has not begun is not begun: see #work.
    if (!this.#run) return this.#preparing?.abort()
    void this.#askToEnd(this.#run)
    this.#cancelGrace = this.#parts.clock.after(this.#claimed.definition.grace, () => this.#kill())
  }

  async #askToEnd(run: Run): Promise<void> {
    // Once its parents have heeded the wish, a process that left their group could no longer be found.
    if (laneOf(this.#claimed.definition) !== 'inline') await findTree(await run.root)
    run.stop(STOP_NAMES[this.#stopping!.reason])
  }

  #kill(): void {
    if (!this.#run) return
    this.#stopping!.forced = true
    this.#killed ??= this.#run.kill()
  }

  async #finish(): Promise<void> {
    const { store, clock } = this.#parts
    const { id } = this.#claimed
    const verdict = await this.#work()
    await this.#recorder.close()
    if (!verdict) return this.#giveBack()
    const elapsed = this.#startedAwake === undefined ? null : clock.awake() - this.#startedAwake
    const ending = {
      ...this.#masked(verdict),
      at: clock.now(),
      durationMs: elapsed === null ? null : Math.round(elapsed),
    }
    const delay = retryDelay(ending, this.#claimed.attempt, this.#claimed.definition.retry, Math.random())
    const storing = store.write(
      () => {
        if (!store.executions.end(this.#known, ending)) return undefined
        // A stop that came too late for this attempt comes in time for the next.
        const isRetried = delay !== undefined && !store.executions.isToStop(id)
        // In the same transaction: a chain is never seen as ended that goes on.
        if (isRetried) store.executions.retry(id, this.#parts.hostId, ending.at + delay, ending.at)
        return { isRetried }
      },
      { patient: true },
    )
    this.#onEnding()
    const stored = await storing
    if (!stored)
      process.emitWarning(`run #${id} cannot become ${ending.status}`, { code: 'JOBDECK_TRANSITION' })
    else if (channels.end.hasSubscribers) {
      const run = (this.#told ??= runOf(store, this.#claimed))
      const { at: time, status, error } = ending
      const { isRetried } = stored
      channels.end.publish({ run, time, status, duration: elapsed, error, isRetried } satisfies TelemetryEnd)
    }
    this.#parts.onEnded(this.#claimed, verdict.status, stored?.isRetried ?? false)
  }

  /** Its host goes before it has begun: whoever comes next runs it. */
  async #giveBack(): Promise<void> {
    const { store } = this.#parts
    await store.write(() => store.executions.giveBack(this.#known), { patient: true })
  }

  /** What a run comes to that was stopped before it began; undefined where that was for its host's sake alone. */
  #neverBegan(): Verdict | undefined {
    const stopping = this.#stopping ?? { reason: 'cancelled', forced: false }
    if (stopping.reason === 'interrupted' && this.#known.status === 'initializing') return undefined
    return judge(NEVER_BEGAN, stopping, this.#claimed.definition)
  }

  async #work(): Promise<Verdict | undefined> {
    const { definition } = this.#claimed
    let task: Task
    let run: Run
    try {
      task = await this.#parts.taskOf(this.#claimed)
      this.#recorder.hide(task.secrets)
      run = await this.#parts.executorOf(task)(task, this.#recorder, this.#preparing?.signal ?? NEVER)
    } catch (thrown) {
      if (this.#stopping) return this.#neverBegan()
      return judge({ kind: 'threw', error: errorInfo(thrown) }, this.#stopping, definition)
    }
    // Who started it is told of it before its handler begins. What has a commit of its own for that was told long ago.
    if (this.#claimed.begun) await nextTurn()
    if (!(await this.#begin(task, run))) {
      await run.kill()
      return this.#neverBegan()
    }
    const cancelTimeout = definition.timeout
      ? this.#parts.clock.after(definition.timeout, () => this.stop('timeout'))
      : () => {}
    if (channels.start.hasSubscribers) {
      this.#told = runOf(this.#parts.store, this.#claimed)
      tellBegin(this.#told, this.#parts.clock.now(), this.#claimed.scheduledAt, run.begin)
    } else run.begin()
    void run.root.then(({ process }) => process && process !== run.process && this.#storeProcess(process))
    const endSampling = laneOf(definition) === 'process' ? this.#sample(await run.root) : () => {}
    const outcome = await run.ended
    endSampling()
    cancelTimeout()
    this.#cancelGrace?.()
    this.#run = undefined
    await this.#clear(await run.root)
    return judge(outcome, this.#stopping, definition)
  }

  /** False where a stop came first. */
  async #begin(task: Task, run: Run): Promise<boolean> {
    const { store, clock } = this.#parts
    if (this.#stopping) return false
    if (!this.#claimed.begun) {
      const begin = () => {
        if (!store.executions.begin(this.#known, task.storedEnvironment ?? {}, clock.now())) return false
        // It was started before it was known what for, and so carries no mark: it is known by this alone.
        if (run.process) store.executions.setProcess(this.#known.id, run.process)
        return true
      }
      if (!(await store.write(begin, { patient: true }))) return false
      this.#known = { ...this.#known, status: 'running' }
    }
    this.#run = run
    this.#startedAwake = clock.awake()
    // A stop that came while this was committed finds a run that has begun: it is asked to end at once.
    if (this.#stopping) this.#ask()
    return true
  }

  /** What the handler started and left behind. After a stop it has what is left of the grace, and is waited for. */
  async #clear(root: Root): Promise<void> {
    const { definition } = this.#claimed
    if (laneOf(definition) === 'inline') return
    if (!this.#stopping) {
      if (!definition.detach) this.#parts.onLeftovers(root, definition.grace)
      return
    }
    await this.#killed
    const hadToKill = await endTree(root, this.#killed ? 0 : definition.grace)
    if (hadToKill) this.#stopping.forced = true
  }

  /** Keeps an eye on what its processes use; returns the function that ends it. */
  #sample(root: Root): () => void {
    const { sampler, store, clock } = this.#parts
    const { id, definition } = this.#claimed
    const { memoryLimit = Infinity } = definition
    let kept = -Infinity
    return sampler.watch(root, ({ cpu, memory }) => {
      if (memory > memoryLimit) {
        const amounts = `${prettyBytes(memory, { binary: true })} of memory; its limit is ${prettyBytes(memoryLimit, { binary: true })}`
        this.#passLimit('MemoryLimit', `it took ${amounts}`)
      }
      // The longer it runs the fewer are kept, so that a daemon of years has some hundreds.
      const now = clock.awake()
      if (now - kept < Math.max(SAMPLE_INTERVAL, (now - this.#startedAwake!) / 100)) return
      kept = now
      const sample = { time: clock.now(), cpu, memory }
      void store.write(() => store.samples.add(id, sample), { patient: true }).catch(() => {}) // only where the deck is given up
    })
  }

  #storeProcess(process: ProcessIdentity): void {
    const { store } = this.#parts
    const work = () => store.executions.setProcess(this.#claimed.id, process)
    store.write(work, { patient: true, unhurried: true }).catch(() => {}) // only where the deck is given up
  }

  #masked(verdict: Verdict): Verdict {
    const recorder = this.#recorder
    const error =
      verdict.error &&
      (Object.fromEntries(
        Object.entries(verdict.error).map(([field, text]) => [field, recorder.masked(text)]),
      ) as unknown as ErrorInfo)
    return { ...verdict, result: verdict.result === null ? null : recorder.maskedJson(verdict.result), error }
  }
}
