import { SIGNAL_EXIT } from './exit.ts'

export type EndSignal = keyof typeof SIGNAL_EXIT

const SIGNALS = Object.keys(SIGNAL_EXIT) as EndSignal[]

/** That a signal came while nothing was queued that it could have ended. */
export class Ended extends Error {
  readonly exitCode: number

  constructor(signal: EndSignal) {
    super(`ended by ${signal}`)
    this.exitCode = SIGNAL_EXIT[signal]
  }
}

/**
 * Heeds the signals that end a program, from now on until `end`. What is asked by one must not depend on how far the
 * program was when it came: a run whose user has ended it may not be left in the queue, where others would find it.
 */
export function heedSignals() {
  // Nothing is open yet that would have to be left in order.
  let act = (signal: EndSignal) => process.exit(SIGNAL_EXIT[signal]) as void
  const heed = (signal: EndSignal) => act(signal)
  for (const signal of SIGNALS) process.on(signal, heed)

  return {
    /** The work, or a rejection with `Ended` as soon as a signal comes: for work that need not be undone. */
    async abandon<T>(work: Promise<T>): Promise<T> {
      const ended = Promise.withResolvers<never>()
      act = (signal) => ended.reject(new Ended(signal))
      return Promise.race([work, ended.promise])
    },

    /** The work; signals that come meanwhile are kept for who can act on what came of it. A second one waits for nothing. */
    async keep<T>(work: () => Promise<T>): Promise<{ made: T; kept: EndSignal[] }> {
      const kept: EndSignal[] = []
      act = (signal) => (kept.push(signal) > 1 ? process.exit(SIGNAL_EXIT[signal]) : undefined)
      return { made: await work(), kept }
    },

    /** From now on, signals are for this listener. */
    listen(listener: (signal: EndSignal) => void): void {
      act = listener
    },

    end(): void {
      for (const signal of SIGNALS) process.off(signal, heed)
    },
  }
}

export type Signals = ReturnType<typeof heedSignals>
