import type { Handler, Mode, Parameters, Policy, RetryPolicy } from '../shared/contract.ts'
import type { SecretReference } from '../shared/secrets.ts'
import type { Schedule } from '../shared/schedule.ts'

/** What a job says of itself, as it is stored: what was given, without defaults. */
export interface JobDefinition {
  handlers: { priority: number; handler: Handler }[]
  params: Parameters
  policy: Policy
  schedule?: Schedule | undefined
}

/** What exactly runs: a handler whose file was found, read and understood. */
export type Target =
  | { kind: 'function'; name: string }
  /** A module: its bundled code lies in the deck's files under `digest`. */
  | { kind: 'module'; file: string; digest: string }
  /** A script of any language: `command` is its interpreter with arguments, the file last. */
  | { kind: 'script'; file: string; digest: string; command: string[] }
  | { kind: 'command'; command: string[] }
  | { kind: 'shell'; line: string }

/** What an execution runs with: a copy made when it was queued, which no later edit of the job reaches. */
export interface Definition {
  handler: Handler
  target: Target
  mode: Mode
  /** The script of the scripts folders that it is, as it was approved. */
  script?: { name: string; digest: string; entry: string; isFolder: boolean } | undefined
  /** JSON Schema of the parameters, where the handler has one that can be read without running it. */
  schema?: Record<string, unknown> | undefined
  /** Milliseconds from `running`; none if undefined. */
  timeout?: number | undefined
  /** Milliseconds from the wish to stop to the kill. */
  grace: number
  /** How many executions of the job may run at once. */
  maxWorkers: number
  /** Cancelled when it has waited for so many milliseconds; never if undefined. */
  expireAfter?: number | undefined
  retry?: RetryPolicy | undefined
  /** Variables; a reference stands for the value that a secret has when it begins. */
  environment: Record<string, string | SecretReference>
  /** Files of variables, read when it begins. */
  environmentFiles?: string[] | undefined
  directory?: string | undefined
  successCodes: number[]
  warningCodes: number[]
  encoding: string
  stdin: 'empty' | 'params'
  /** Whether what it leaves running when it ends goes on. */
  detach: boolean
  /** Run instead of SIGTERM when it is to end. */
  stopCommand?: string[] | undefined
  /** Limits beyond which it is killed, in bytes: resident memory of its processes, and what it writes in all. */
  memoryLimit?: number | undefined
  outputLimit?: number | undefined
  /** It is slowed down when it writes more bytes a second than this. */
  outputRate?: number | undefined
  logLines: number
  logBytes: number
  /** It is kept running: it ends with its host, and is started again instead of tried again. */
  isDaemon?: boolean | undefined
}

/** Policies over one another, later ones first; a field that is undefined does not cover one that is set. */
export function mergePolicies(...policies: Policy[]): Policy {
  const merged: Record<string, unknown> = {}
  for (const policy of policies) {
    for (const [field, value] of Object.entries(policy)) if (value !== undefined) merged[field] = value
  }
  return merged
}

/** Executions of one lane share its slots: functions of this process, worker threads, processes. */
export type Lane = 'inline' | 'thread' | 'process'

export function laneOf({ target, mode }: Pick<Definition, 'target' | 'mode'>): Lane {
  if (target.kind === 'function') return 'inline'
  return mode === 'in-process' ? 'thread' : 'process'
}
