/** What passes between the engine and the place where a module runs, a worker thread or a child process. */
import type { ErrorInfo, Level, Parameters } from '../../shared/contract.ts'
import type { RunFacts } from './context.ts'
import type { StopName } from './stopping.ts'

export type ToModule =
  /**
   * Import the module at this URL, in this environment and, in a process, in this folder, and call its default export:
   * the parameters fit this schema. Where the module turns out to have another one, ask.
   */
  | {
      type: 'run'
      url: string
      facts: RunFacts
      params: Parameters
      schema?: Record<string, unknown> | undefined
      environment: Record<string, string>
      directory?: string | undefined
    }
  /** These parameters fit the schema that you told. */
  | { type: 'call'; params: Parameters }
  /** Whether the file of this call is kept. */
  | { type: 'attached'; call: number; kept: boolean }
  | { type: 'stop'; reason: StopName }
  /** It will not be called. */
  | { type: 'leave' }

export type FromModule =
  | { type: 'ready' }
  /** The module is imported, and exports another schema than was known. */
  | { type: 'asks'; schema: Record<string, unknown> }
  | { type: 'log'; level: Level; message: string; fields: string | null; time: number }
  /** A part of what a thread writes past its log. A process has pipes for that. */
  | { type: 'output'; stream: 'stdout' | 'stderr'; chunk: Uint8Array }
  | { type: 'progress'; value: number; message: string | null }
  /** Keep a file, named by its absolute path. */
  | { type: 'attach'; call: number; path: string; name?: string | undefined }
  | { type: 'summary'; markdown: string }
  | { type: 'returned'; result: string | null }
  | { type: 'threw'; error: ErrorInfo }

/** The file descriptor through which a child process reports; 3 is Node's own channel. */
export const REPORT_PIPE = 4
