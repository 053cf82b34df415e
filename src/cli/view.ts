/** What `jobdeck run` shows of a run: for people, or as JSON lines. */
import type { ExecutionDetail, LogEntry, Status } from '../shared/contract.ts'
import { plainProgress, terminalProgress, type ProgressDisplay } from './progress.ts'
import {
  canMoveCursor,
  duration,
  hasRoom,
  logLine,
  outputRoom,
  print,
  printJson,
  printNote,
  printable,
  statusText,
  withoutDirections,
} from './terminal.ts'

export interface View {
  state(id: number, status: Status): void
  progress(id: number, value: number, message: string | null): void
  /** Resolves when there is room for another one. */
  entry(entry: LogEntry): Promise<void>
  note(text: string): void
  /** It is tried again. */
  attempt(ended: ExecutionDetail, next: ExecutionDetail): void
  result(execution: ExecutionDetail): void
  /** Leaves the terminal as it was, also where no result came. */
  end(): void
}

export function jsonView(): View {
  let last = ''
  const state = (id: number, status: Status) => {
    if (last !== `${id} ${status}`) printJson({ type: 'state', execution: id, status })
    last = `${id} ${status}`
  }
  return {
    state,
    progress(id, progress, message) {
      // The next report says more than this one: nothing is gathered for a reader that lags.
      if (hasRoom()) printJson({ type: 'progress', execution: id, progress, message })
    },
    entry(entry) {
      printJson({ type: 'log', ...entry })
      return outputRoom()
    },
    note: (text) => printNote(text),
    attempt: ({ id, status }) => state(id, status),
    result({ id, jobId, status, attempt, startedAt, endedAt, durationMs, progress, result, error }) {
      state(id, status)
      printJson({
        type: 'result',
        execution: { id, jobId, status, attempt, startedAt, endedAt, durationMs, progress, result, error },
      })
    },
    end: () => {},
  }
}

const DOING: Record<Status, string> = {
  queued: 'waits for its turn',
  initializing: 'is starting',
  running: 'is running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'was cancelled',
  timeout: 'took too long',
  killed: 'was killed',
  interrupted: 'was interrupted',
}

export function textView(): View {
  const display: ProgressDisplay = canMoveCursor(process.stderr)
    ? terminalProgress(process.stderr)
    : plainProgress()
  const ending = ({ id, status, durationMs, error, exitSignal, exitCode: code }: ExecutionDetail) => {
    const took = durationMs === null ? '' : ` in ${duration(durationMs)}`
    process.stderr.write(`${statusText(status, process.stderr)}  run #${id}${took}\n`)
    if (error)
      process.stderr.write(`${withoutDirections(printable(error.stack ?? error.message, process.stderr))}\n`)
    else if (status !== 'completed' && (exitSignal ?? code) !== null)
      printNote(`ended by ${exitSignal ?? `exit code ${code}`}`)
  }
  return {
    state: (id, status) => display.state(`Run #${id} ${DOING[status]}`),
    progress: (_, value, message) => display.progress(value, message),
    entry(entry) {
      display.above(() => print(logLine(entry)))
      return outputRoom()
    },
    note: (text) => display.above(() => printNote(text)),
    attempt: (ended, next) =>
      display.above(() => {
        ending(ended)
        const wait = duration(Math.max(0, next.scheduledAt - Date.now()))
        printNote(`Trying again in ${wait}: attempt ${next.attempt}, run #${next.id}`)
      }),
    result(execution) {
      display.end()
      if (execution.result !== null) print(printable(JSON.stringify(execution.result, null, 2)))
      ending(execution)
    },
    end: () => display.end(),
  }
}
