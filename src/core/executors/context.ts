import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import type { Level, Parameters, Trigger } from '../../shared/contract.ts'
import { withoutEngine } from './failure.ts'
import { PROGRESS_MESSAGE_LIMIT, cutMessage } from './lines.ts'
import { VALUE_LIMIT, readableFields } from './readable.ts'

/** At most ten progress reports a second leave a handler. In ms. */
const PROGRESS_INTERVAL = 100

/** Writes one entry. The second argument becomes the fields of the entry; an Error keeps its stack. */
export type LogFunction = (message: unknown, fields?: unknown) => void

/** What a handler gets. The functions need no `this`, so that they can be taken apart: `({ info }) => …`. */
export interface HandlerContext<P = Parameters> extends Record<Level, LogFunction> {
  /** The number of the run. */
  readonly id: number
  readonly job: { readonly id: string; readonly name: string }
  readonly params: P
  /** Fires when the run is to end; `reason.name` is `Cancelled`, `TimedOut` or `ShuttingDown`. */
  readonly signal: AbortSignal
  /** 1 for the first attempt. */
  readonly attempt: number
  readonly trigger: Trigger
  readonly plannedAt: Date
  /** When the job last completed. */
  readonly lastSuccessAt: Date | null
  /** A folder of this run; removed when it completes, kept for a look after a failure. */
  readonly tempDir: string
  /** A folder of the job, kept between its runs. */
  readonly stateDir: string
  /**
   * Reports progress from 0 to 100; what lies outside is taken as the nearer end. The latest report wins.
   * @throws TypeError for anything that is no number, NaN included
   */
  setProgress(value: number, message?: string): void
  /**
   * Keeps a copy of a file with the run, at most 100 files and 1 GiB; resolves once that is done, to whether it is kept.
   * Where it is not, the log says why. The run waits for it.
   * @param path from the working directory of the process
   * @param name under which it is kept; that of the file, if not given
   */
  attach(path: string, name?: string): Promise<boolean>
  /** Keeps Markdown that is shown with the run, at most 1 MiB; the last one counts. */
  summarize(markdown: string): void
}

/** A handler that is a function of the embedding program; what it returns is kept as the result, as JSON. */
export type InlineHandler = (execution: HandlerContext) => unknown

/** The facts of a run, as they travel to where its handler runs. */
export interface RunFacts {
  id: number
  jobId: string
  jobName: string
  attempt: number
  trigger: Trigger
  plannedAt: number
  lastSuccessAt: number | null
  tempDir: string
  stateDir: string
}

/** Where a handler's reports go. */
export interface Reports {
  log(level: Level, message: string, fields: string | null): void
  progress(value: number, message: string | null): void
  attach(path: string, name: string | undefined): Promise<boolean>
  summary(markdown: string): void
}

/** Passes on the first report at once, then at most one per interval; `end` passes on the one held back. */
export function throttleProgress(report: Reports['progress']) {
  let last = -Infinity
  let held: { value: number; message: string | null } | undefined
  let timer: NodeJS.Timeout | undefined
  const pass = () => {
    clearTimeout(timer)
    timer = undefined
    if (!held) return
    last = performance.now()
    report(held.value, held.message)
    held = undefined
  }
  return {
    report(value: number, message: string | null): void {
      held = {
        value: Math.min(100, Math.max(0, value)),
        message: message?.slice(0, PROGRESS_MESSAGE_LIMIT) ?? null,
      }
      const left = last + PROGRESS_INTERVAL - performance.now()
      if (left <= 0) pass()
      else timer ??= setTimeout(pass, left).unref()
    },
    end: pass,
  }
}

/** Makes the object that a handler gets. Call `end` when the handler has ended: it passes on the last progress. */
export function createContext(
  facts: RunFacts,
  params: Parameters,
  stopper: { readonly signal: AbortSignal },
  reports: Reports,
) {
  const progress = throttleProgress(reports.progress)
  const logAt =
    (level: Level): LogFunction =>
    (message, fields) => {
      reports.log(level, cutMessage(readableText(message)), readableFields(fields))
    }
  const context: HandlerContext = {
    id: facts.id,
    job: { id: facts.jobId, name: facts.jobName },
    params,
    get signal() {
      return stopper.signal
    },
    attempt: facts.attempt,
    trigger: facts.trigger,
    plannedAt: new Date(facts.plannedAt),
    lastSuccessAt: facts.lastSuccessAt === null ? null : new Date(facts.lastSuccessAt),
    get tempDir() {
      mkdirSync(facts.tempDir, { recursive: true })
      return facts.tempDir
    },
    get stateDir() {
      mkdirSync(facts.stateDir, { recursive: true })
      return facts.stateDir
    },
    setProgress(value, message) {
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw new TypeError(`setProgress: wants a number from 0 to 100, got ${inspect(value)}`)
      }
      progress.report(value, message === undefined ? null : readableText(message))
    },
    async attach(path, name) {
      if (typeof path !== 'string' || path === '')
        throw new TypeError(`attach: wants the path of a file, got ${inspect(path)}`)
      if (name !== undefined && typeof name !== 'string')
        throw new TypeError(`attach: wants text as the name, got ${inspect(name)}`)
      return reports.attach(resolve(path), name)
    },
    summarize(markdown) {
      if (typeof markdown !== 'string')
        throw new TypeError(`summarize: wants Markdown as text, got ${inspect(markdown)}`)
      // No more of it is kept, and secrets that lie across the end are still seen whole.
      reports.summary(markdown.slice(0, 2 * VALUE_LIMIT))
    },
    trace: logAt('trace'),
    debug: logAt('debug'),
    info: logAt('info'),
    warn: logAt('warn'),
    error: logAt('error'),
    fatal: logAt('fatal'),
  }
  return { context, end: progress.end }
}

/** Handlers in JavaScript can pass anything. */
function readableText(message: unknown): string {
  if (typeof message === 'string') return message
  if (message instanceof Error)
    return message.stack === undefined ? String(message) : withoutEngine(message.stack)
  return inspect(message, { depth: 4, breakLength: 120 })
}
