/** Where the engine reads time, so that tests can give it another. */
export interface Clock {
  /** Wall clock: milliseconds since 1970, UTC. May jump. */
  now(): number
  /** Awake time in milliseconds on a monotonic clock with an arbitrary zero. */
  awake(): number
  /** Calls back after so many milliseconds of awake time; returns the function that prevents it. */
  after(milliseconds: number, callback: () => void): () => void
}

/** Node's timers overflow beyond this many milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  awake: () => performance.now(),
  after(milliseconds, callback) {
    const step = Math.min(milliseconds, LONGEST_TIMER)
    const next = () => {
      if (milliseconds === step) callback()
      else cancel = systemClock.after(milliseconds - step, callback)
    }
    const timer = setTimeout(next, step)
    let cancel = () => clearTimeout(timer)
    return () => cancel()
  },
}
