/** What can be watched, and what watchers are told. */
import * as z from 'zod'
import type { Events } from './contract.ts'
import type { FaultData } from './fault.ts'

/** What can be watched; see `Client.watch`. */
export const watchSchema = z.union(
  [
    /** One execution: its status, its progress and its log. */
    z.strictObject({ execution: z.int().positive() }),
    /** Which jobs look otherwise than before, through their executions too: all, or those with these ids. */
    z.strictObject({
      jobs: z.strictObject({ ids: z.array(z.string().max(200)).max(10_000).optional() }),
    }),
    /** The status and the progress of every execution. */
    z.strictObject({ executions: z.literal(true) }),
    /** Which scripts were added, changed, removed, approved, or are approved no more. */
    z.strictObject({ scripts: z.literal(true) }),
    /** Every event. */
    z.strictObject({ all: z.literal(true) }),
  ],
  'must be one of { execution }, { jobs: { ids? } }, { executions: true }, { scripts: true } or { all: true }',
)

export type Watch = z.infer<typeof watchSchema>

/** What a watcher is told at once: all that happened since it took the one before, of each thing only the latest. */
export interface Batch {
  /** One for each execution that is new or has another status, in the order of their last changes. */
  executions: Events['execution'][]
  /** How far each execution is that went on. */
  progress: Events['progress'][]
  /** One range for each execution that logged. */
  logs: Events['logs'][]
  /** The ids of jobs that look otherwise than before. */
  jobs: string[]
  /** The names of scripts that are not as before. */
  scripts: string[]
  /** Anything may have changed, told here or not: what is shown must be read again. */
  stale: boolean
  /** Set when it changed: why the engine cannot write, or null when it goes on again. */
  trouble?: FaultData | null
  /** Nothing more will be told, and why. */
  closed?: FaultData
}
