/**
 * What the engine tells of its work through `node:diagnostics_channel`. Where nobody has subscribed to a channel, nothing
 * is made for it. Several decks of one process share the channels; each message names its deck.
 */
import { channel } from 'node:diagnostics_channel'
import type { FinalStatus, Level, Mode, Trigger } from '../shared/contract.ts'

/** A run, as the channels name it. */
export interface TelemetryRun {
  /** The path of the database. */
  readonly deck: string
  /** The number of the run. */
  readonly execution: number
  readonly jobId: string
  readonly jobName: string
  /** A path, `a/b/c`. */
  readonly category: string | null
  readonly mode: Mode
  readonly trigger: Trigger
  /** 1 for the first attempt. */
  readonly attempt: number
}

/** A handler begins. */
export interface TelemetryStart {
  readonly run: TelemetryRun
  /** Milliseconds since 1970, UTC. */
  readonly time: number
  /** From when it was due until now, in ms. */
  readonly queueWait: number
  /**
   * Calls the handler, or has it called. A subscriber can put a function of its own around it, such as one that enters
   * an asynchronous context; what it puts there must call the one before, once, before it returns.
   */
  begin: () => void
}

/** A run has ended, and that is stored. One that never began, since it was stopped before or could not be run, had no start. */
export interface TelemetryEnd {
  readonly run: TelemetryRun
  readonly time: number
  readonly status: FinalStatus
  /** Milliseconds of awake time since its handler began; null where it never did. */
  readonly duration: number | null
  /** Name and message; null where it did not fail. */
  readonly error: { readonly name: string; readonly message: string } | null
  /** Whether another attempt was queued. */
  readonly isRetried: boolean
}

/** A run has logged an entry. */
export interface TelemetryLog {
  readonly deck: string
  readonly execution: number
  readonly jobId: string
  readonly sequence: number
  readonly time: number
  readonly level: Level
  /** As it will be stored: secrets are masked. */
  readonly message: string
  /** JSON text of an object. */
  readonly fields: string | null
}

/** A transaction was committed. */
export interface TelemetryCommit {
  readonly deck: string
  /** Milliseconds from its begin to its end. */
  readonly duration: number
  /** How many writes shared it. */
  readonly writes: number
}

/** How many runs of the deck, of all its hosts, are in each of the open statuses; told when it has changed, once a second at most. */
export interface TelemetryQueue {
  readonly deck: string
  readonly queued: number
  readonly initializing: number
  readonly running: number
}

/** A deck was closed: nothing more is told of it. */
export interface TelemetryClose {
  readonly deck: string
}

/** The channels, under the names by which `diagnostics_channel.subscribe` finds them too. */
export const channels = {
  start: channel('jobdeck:execution:start'),
  end: channel('jobdeck:execution:end'),
  log: channel('jobdeck:log'),
  commit: channel('jobdeck:commit'),
  queue: channel('jobdeck:queue'),
  close: channel('jobdeck:close'),
}
