import { readlinkSync } from 'node:fs'
import { isZone } from './plan/zone.ts'

/** Where the engine reads time, so that tests can give it another. */
export interface Clock {
  /** Wall clock: milliseconds since 1970, UTC. May jump. */
  now(): number
  /** The time zone of the machine, which may change: an IANA name. */
  zone(): string
  /** Awake time in milliseconds on a monotonic clock with an arbitrary zero. */
  awake(): number
  /**
   * Calls back after so many milliseconds of awake time; returns the function that prevents it.
   * @param options.background what is not worth keeping the process alive for
   */
  after(milliseconds: number, callback: () => void, options?: { background?: boolean }): () => void
  /** Calls back once the wall clock shows the time, however it comes to; returns the function that prevents it. */
  at(time: number, callback: () => void): () => void
}

/** Node's timers overflow beyond this many milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1
/** The wall clock may jump: whoever waits for a time of it looks at it again this often, in ms. */
const LONGEST_WAIT = 30_000

let lastZone: string | undefined

/** Node keeps the zone that it has found first: where the machine tells it by a link, that is asked. */
function machineZone(): string {
  if (process.env.TZ) return Intl.DateTimeFormat().resolvedOptions().timeZone
  try {
    const [, name] = /zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(readlinkSync('/etc/localtime')) ?? []
    if (name !== undefined && (name === lastZone || isZone(name))) return (lastZone = name)
  } catch {
    // No such link: it is told in another way.
  }
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

export const systemClock: Clock = {
  now: () => Date.now(),
  zone: machineZone,
  awake: () => performance.now(),
  after(milliseconds, callback, { background = false } = {}) {
    const step = Math.min(milliseconds, LONGEST_TIMER)
    const next = () => {
      if (milliseconds === step) callback()
      else cancel = systemClock.after(milliseconds - step, callback, { background })
    }
    const timer = setTimeout(next, step)
    if (background) timer.unref()
    let cancel = () => clearTimeout(timer)
    return () => cancel()
  },
  at(time, callback) {
    const look = () => {
      const left = time - Date.now()
      if (left <= 0) callback()
      else timer = setTimeout(look, Math.min(left, LONGEST_WAIT))
    }
    let timer = setTimeout(look, Math.min(Math.max(0, time - Date.now()), LONGEST_WAIT))
    return () => clearTimeout(timer)
  },
}
