import type { Level } from '../../shared/contract.ts'
import type { Clock } from '../clock.ts'
import { MASKED_LENGTH } from '../../shared/secrets.ts'
import type { Hub } from '../events.ts'
import { PROGRESS_MESSAGE_LIMIT } from '../executors/lines.ts'
import type { Stream } from '../store/logs.ts'
import type { Store } from '../store/store.ts'
import { channels, type TelemetryLog } from '../telemetry.ts'
import { createMasks } from './masks.ts'
import { Keeper } from './keeper.ts'
import { LogWindow } from './window.ts'

/**
 * Lines are gathered for this long, in ms, or until they are this many bytes. A crash loses no more. It is less than a pipe
 * holds: who floods it writes on while what was read of it is stored.
 */
const GATHER_TIME = 50
const GATHER_BYTES = 32 * 1024
/** So that no commit holds the event loop long. */
const LINES_PER_COMMIT = 1000
/** Past so many bytes that are not yet stored, whoever writes is made to wait. */
const HIGH_WATER = 1024 * 1024
/** Progress is stored at most this often, in ms. */
const PROGRESS_INTERVAL = 1000

export interface Line {
  level: Level
  message: string
  /** JSON text of an object. */
  fields?: string | null
  stream?: Stream
  /** When it happened; now, unless the line says otherwise. */
  time?: number
}

/** What an executor tells of a run. */
export interface Sink {
  log(line: Line): void
  /** @param value 0 to 100 */
  progress(value: number, message: string | null): void
  /** Replaces this text by `***` in all that is stored from now on. */
  mask(secret: string): void
  /** The same for what the run is given: what is too short to be told from any other text is left as it is. */
  hide(values: Iterable<string>): void
  /** So many bytes were written, whatever becomes of them. */
  count(bytes: number): void
  /** Resolves when more may be written; undefined when that is now. */
  room(): Promise<void> | undefined
  /** Copies a file, named by its absolute path, to be kept with the run; resolves to whether it is. Never rejects. */
  attach(path: string, name?: string): Promise<boolean>
  /** What the run tells of itself, as Markdown; the last one is kept. */
  summarize(markdown: string): void
  /** Whoever wrote has ended: nobody is held back for its rate any more. */
  release(): void
}

interface Pending {
  sequence: number
  time: number
  level: Level
  stream: Stream
  message: string
  fields: string | null
  bytes: number
}

const bytesOf = (entries: Pending[]) => entries.reduce((sum, { bytes }) => sum + bytes, 0)

export interface RecordLimits {
  logLines: number
  logBytes: number
  /** Told once when more bytes than this were written. */
  outputLimit?: number | undefined
  /** Bytes a second beyond which whoever writes is made to wait. */
  outputRate?: number | undefined
}

interface Parts {
  store: Store
  hub: Hub
  clock: Clock
  /** Where files that are kept with runs lie. */
  artifacts: string
}

/** Writes the log and the progress of one execution, in batches, within its limits, in order. */
export class Recorder implements Sink {
  readonly #parts: Parts
  readonly #executionId: number
  readonly #jobId: string
  readonly #window: LogWindow
  readonly #keeper: Keeper
  readonly #limits: RecordLimits
  readonly #onOutputLimit: (limit: number) => void
  readonly #began: number
  #written = 0
  #isReleased = false
  /** Lets go of each that is held back. */
  readonly #heldBack = new Set<() => void>()
  readonly #masks = createMasks()
  #pending: Pending[] = []
  #pendingBytes = 0
  #flight: Promise<void> | undefined
  #flightBytes = 0
  /** The end of the dropped range that the database already knows. */
  #droppedStored = 0
  #bytesStored = 0
  #progress: { value: number; message: string | null } | undefined
  #progressStored = -Infinity
  #cancelTimer: (() => void) | undefined
  #timerIsFor = Infinity

  constructor(
    parts: Parts,
    { id, jobId }: { id: number; jobId: string },
    limits: RecordLimits,
    onOutputLimit: (limit: number) => void = () => {},
  ) {
    this.#parts = parts
    this.#limits = limits
    this.#onOutputLimit = onOutputLimit
    this.#began = parts.clock.awake()
    this.#executionId = id
    this.#jobId = jobId
    this.#window = new LogWindow(limits.logLines, limits.logBytes)
    this.#keeper = new Keeper(
      parts,
      { id, jobId },
      {
        warn: (message) => this.log({ level: 'warn', message }),
        masked: (text) => this.masked(text),
      },
    )
  }

  log({ level, message, fields = null, stream = 'log', time = this.#parts.clock.now() }: Line): void {
    const text = this.masked(message)
    const json = fields === null ? null : this.maskedJson(fields)
    const bytes = Buffer.byteLength(text) + (json === null ? 0 : Buffer.byteLength(json))
    if (stream === 'log') this.count(bytes) // what came through a pipe was counted there
    const sequence = this.#window.add(bytes)
    this.#pending.push({ sequence, time, level, stream, message: text, fields: json, bytes })
    this.#pendingBytes += bytes
    if (channels.log.hasSubscribers) {
      const of = { deck: this.#parts.store.file, execution: this.#executionId, jobId: this.#jobId }
      const entry = { sequence, time, level, message: text, fields: json }
      channels.log.publish({ ...of, ...entry } satisfies TelemetryLog)
    }
    this.#forgetDropped()
    if (this.#pendingBytes >= GATHER_BYTES) this.#flush()
    else this.#flushWithin(GATHER_TIME)
  }

  progress(value: number, message: string | null): void {
    const isCut = (message?.length ?? 0) >= PROGRESS_MESSAGE_LIMIT
    const text = message === null ? null : this.#masks.masked(message, isCut)
    this.#progress = { value, message: text }
    const of = { executionId: this.#executionId, jobId: this.#jobId }
    this.#parts.hub.emit('progress', { ...of, progress: value, message: text })
    this.#flushWithin(Math.max(0, this.#progressStored + PROGRESS_INTERVAL - this.#parts.clock.awake()))
  }

  mask(secret: string): void {
    this.#masks.add(secret)
  }

  hide(values: Iterable<string>): void {
    for (const value of values) if (value.length >= MASKED_LENGTH) this.#masks.add(value, MASKED_LENGTH)
  }

  /** The text without the secrets of the run. */
  masked(text: string): string {
    return this.#masks.masked(text)
  }

  /** The same for JSON, which it stays, whatever the secrets are. */
  maskedJson(json: string): string {
    return this.#masks.maskedJson(json)
  }

  attach(path: string, name?: string): Promise<boolean> {
    return this.#keeper.attach(path, name)
  }

  summarize(markdown: string): void {
    this.count(Buffer.byteLength(markdown))
    this.#keeper.summarize(markdown)
  }

  room(): Promise<void> | undefined {
    return this.#slowDown() ?? this.#roomToStore()
  }

  count(bytes: number): void {
    const { outputLimit = Infinity } = this.#limits
    const wasWithin = this.#written <= outputLimit
    this.#written += bytes
    if (wasWithin && this.#written > outputLimit) this.#onOutputLimit(outputLimit)
  }

  /** Until what was written is no more than its rate allows, with a second in advance. */
  #slowDown(): Promise<void> | undefined {
    const { outputRate } = this.#limits
    if (outputRate === undefined || this.#isReleased) return undefined
    const { clock } = this.#parts
    const ahead = (this.#written / outputRate - 1) * 1000 - (clock.awake() - this.#began)
    if (ahead <= 0) return undefined
    return new Promise((resolve) => {
      const letGo = () => {
        cancel()
        this.#heldBack.delete(letGo)
        resolve()
      }
      const cancel = clock.after(ahead, letGo)
      this.#heldBack.add(letGo)
    })
  }

  release(): void {
    this.#isReleased = true
    for (const letGo of this.#heldBack) letGo()
  }

  #roomToStore(): Promise<void> | undefined {
    if (this.#pendingBytes + this.#flightBytes < HIGH_WATER) return undefined
    this.#flush()
    return this.#flight
  }

  /** Resolves once everything is stored; to be awaited before the final state is written. */
  async close(): Promise<void> {
    this.release()
    await this.#keeper.close()
    this.#progressStored = -Infinity
    while (this.#flight || this.#pending.length > 0 || this.#progress) {
      this.#flush()
      await this.#flight
    }
    this.#cancelTimer?.()
  }

  #flushWithin(milliseconds: number): void {
    const at = this.#parts.clock.awake() + milliseconds
    if (this.#timerIsFor <= at) return
    this.#cancelTimer?.()
    this.#timerIsFor = at
    this.#cancelTimer = this.#parts.clock.after(milliseconds, () => {
      this.#timerIsFor = Infinity
      this.#flush()
    })
  }

  /** Entries that the limit drops before they were stored need not be kept; done when they are half of them. */
  #forgetDropped(): void {
    const dropped = this.#window.dropped
    if (!dropped || this.#pending.length < 1000) return
    const oldest = Math.max(this.#pending[0]!.sequence, dropped.from)
    if (dropped.through - oldest < this.#pending.length / 2) return
    this.#pending = this.#pending.filter(
      ({ sequence }) => sequence < dropped.from || sequence > dropped.through,
    )
    this.#pendingBytes = bytesOf(this.#pending)
  }

  #flush(): void {
    if (this.#flight) return
    const { store, clock } = this.#parts
    const batch = this.#pending.splice(0, LINES_PER_COMMIT)
    const dropped = this.#window.dropped
    const progressIsDue = clock.awake() - this.#progressStored >= PROGRESS_INTERVAL
    const progress = progressIsDue ? this.#progress : undefined
    if (batch.length === 0 && !progress) return
    if (progress) {
      this.#progress = undefined
      this.#progressStored = clock.awake()
    }
    this.#flightBytes = bytesOf(batch)
    this.#pendingBytes -= this.#flightBytes
    const through = Math.max(batch.at(-1)?.sequence ?? 0, dropped?.through ?? 0)
    const kept = dropped
      ? batch.filter(({ sequence }) => sequence < dropped.from || sequence > dropped.through)
      : batch
    const { bytes } = this.#window
    const of = { id: this.#executionId, jobId: this.#jobId }
    const work = () => {
      if (dropped && dropped.through > this.#droppedStored) {
        store.logs.drop(this.#executionId, dropped.from, dropped.through, clock.now())
      }
      store.logs.add(this.#executionId, kept)
      if (batch.length > 0) store.executions.setLog(of, through, bytes - this.#bytesStored, bytes)
      if (progress) store.executions.setProgress(this.#executionId, progress.value, progress.message)
    }
    this.#flight = store.write(work, { patient: true, rows: kept.length + 1 }).then(
      () => {
        this.#bytesStored = bytes
        this.#flushed(batch, dropped?.through ?? 0)
      },
      (thrown: unknown) => this.#flushed([], 0, thrown),
    )
  }

  #flushed(batch: Pending[], droppedThrough: number, thrown?: unknown): void {
    this.#flight = undefined
    this.#flightBytes = 0
    this.#droppedStored = Math.max(this.#droppedStored, droppedThrough)
    if (thrown) process.emitWarning(`a log could not be written: ${String(thrown)}`, { code: 'JOBDECK_LOG' })
    if (batch.length > 0) {
      const [from, through] = [batch[0]!.sequence, batch.at(-1)!.sequence]
      this.#parts.hub.emit('logs', { executionId: this.#executionId, from, through })
    }
    if (this.#pendingBytes >= GATHER_BYTES) this.#flush()
    else if (this.#pending.length > 0) this.#flushWithin(GATHER_TIME)
    else if (this.#progress) this.#flushWithin(PROGRESS_INTERVAL)
  }
}
