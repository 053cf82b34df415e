import { createLogUpdate } from 'log-update'
import { cut, duration, oneLine, printNote, styled } from './terminal.ts'

const BAR_WIDTH = 24
/** How often the bar is painted at most, in ms. */
const PAINT_INTERVAL = 100
/** The remaining time is told once it can be more than a guess: after so many ms and so many percent. */
const ESTIMATE_AFTER = 1000
const ESTIMATE_FROM = 2

/** A bar with its text, `filled` of 0 to 100. */
export function bar(filled: number, width = BAR_WIDTH): string {
  const full = Math.round((filled / 100) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

/** Milliseconds that are left at the pace so far, or undefined where that would be a guess. */
export function remaining(progress: number, elapsed: number): number | undefined {
  if (elapsed < ESTIMATE_AFTER || progress < ESTIMATE_FROM || progress >= 100) return undefined
  return (elapsed * (100 - progress)) / progress
}

export interface ProgressDisplay {
  /** Another state of the run. */
  state(text: string): void
  progress(value: number, message: string | null): void
  /** Prints something above the bar. */
  above(print: () => void): void
  end(): void
}

/** A bar at the foot of the terminal. */
export function terminalProgress(stream: NodeJS.WriteStream, now = () => performance.now()): ProgressDisplay {
  const update = createLogUpdate(stream)
  let text = ''
  let value: number | undefined
  let started: number | undefined
  let timer: NodeJS.Timeout | undefined

  function paint(): void {
    timer = undefined
    const elapsed = started === undefined ? 0 : now() - started
    const left = value === undefined ? undefined : remaining(value, elapsed)
    const parts = [
      ...(value === undefined
        ? []
        : [styled('green', bar(value), stream), `${String(Math.floor(value)).padStart(3)} %`]),
      ...(elapsed < 1000 ? [] : [clock(elapsed)]),
      ...(left === undefined ? [] : [styled('dim', `${clock(left)} left`, stream)]),
      oneLine(text),
    ]
    update(cut(parts.join('  '), stream.columns))
  }
  const paintSoon = () => void (timer ??= setTimeout(paint, PAINT_INTERVAL).unref())
  // The elapsed time goes on while nothing is reported.
  const ticking = setInterval(paintSoon, 1000).unref()

  return {
    state(given) {
      text = given
      paintSoon()
    },
    progress(given, message) {
      started ??= now()
      value = given
      if (message !== null) text = message
      paintSoon()
    },
    above(print) {
      update.clear()
      print()
      paint()
    },
    end() {
      clearTimeout(timer)
      clearInterval(ticking)
      update.clear()
      update.done()
    },
  }
}

const clock = (milliseconds: number) => duration(Math.round(milliseconds / 1000) * 1000)

/** Without a terminal: a line for each ten percent. */
export function plainProgress(): ProgressDisplay {
  let told = 0
  return {
    state: () => {},
    progress(value, message) {
      const step = Math.floor(value / 10)
      if (step <= told) return
      told = step
      printNote(`${Math.floor(value)} %${message ? `  ${message}` : ''}`)
    },
    above: (print) => print(),
    end: () => {},
  }
}
