import { inspect } from 'node:util'
import { parseDuration } from '../../shared/duration.ts'
import { Fault } from '../../shared/fault.ts'
import type { Clock } from '../clock.ts'

/** How a test clock begins. */
export interface TestClockOptions {
  /** The time zone of the machine; UTC if not given. */
  zone?: string
  /** What the wall clock shows at first: a date, or milliseconds since 1970, UTC. The first of January 2026 if not given. */
  now?: Date | number
}

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /**
   * Lets time pass: what was to happen happens, in order, each at its own time. After each thing the decks of this clock
   * come to rest: what is due has begun, and what has ended is stored. A handler that waits for something else than this
   * clock, such as a file or a process, is not waited for; await its run before you go on.
   * What is only upkeep, such as the deletion of old runs, is done once, at the end.
   * @param time milliseconds, or text such as `1h30m`
   * @throws Fault `invalid-input` for anything else, and below zero
   */
  advance(time: number | string): Promise<void>
  /**
   * Sets the wall clock forward or back, as people and time servers do, while no time passes.
   * @param time milliseconds or text such as `1h`; back with a minus, as in `-1h`
   * @throws Fault `invalid-input` for anything else
   */
  jump(time: number | string): Promise<void>
  /** Takes the machine to another time zone: an IANA name. */
  setZone(zone: string): void
}

interface Timer {
  /** Where the clock that it goes by has to be, in ms. */
  time: number
  goesBy: 'awake' | 'wall'
  background: boolean
  callback: () => void
}

/** Resolves when nothing moves by itself any more. */
type Rest = () => Promise<void>

const rests = new WeakMap<TestClock, Set<Rest>>()

/** Whenever the clock has made something happen it waits for this; returns the function that ends it. */
export function restWith(clock: TestClock, rest: Rest): () => void {
  const all = rests.get(clock)
  all?.add(rest)
  return () => void all?.delete(rest)
}

/** A clock for `openTestDeck`; several decks can share one. */
export function createTestClock({
  now = Date.UTC(2026, 0, 1),
  zone: firstZone = 'UTC',
}: TestClockOptions = {}): TestClock {
  let zone = firstZone
  let wall = Number(now)
  let awake = 0
  const timers = new Set<Timer>()

  function add(timer: Timer): () => void {
    timers.add(timer)
    return () => void timers.delete(timer)
  }

  const left = ({ goesBy, time }: Timer) => Math.max(0, time - (goesBy === 'wall' ? wall : awake))

  /** The first to fire within the time, the oldest of several; what is upkeep only comes when all else is done. */
  function next(within: number): Timer | undefined {
    const due = [...timers].filter((timer) => left(timer) <= within)
    const [first] = due.filter(({ background }) => !background).toSorted((a, b) => left(a) - left(b))
    return first
  }

  async function rest(): Promise<void> {
    for (const each of rests.get(clock)!) await each()
  }

  function pass(milliseconds: number): void {
    awake += milliseconds
    wall += milliseconds
  }

  async function fire(timer: Timer): Promise<void> {
    timers.delete(timer)
    timer.callback()
    await rest()
  }

  async function run(milliseconds: number): Promise<void> {
    await rest()
    const end = awake + milliseconds
    for (let timer = next(end - awake); timer; timer = next(end - awake)) {
      pass(left(timer))
      await fire(timer)
    }
    pass(end - awake)
    const upkeep = [...timers].filter((timer) => timer.background && left(timer) === 0)
    for (const timer of upkeep.toSorted((a, b) => a.time - b.time)) if (timers.has(timer)) await fire(timer)
  }

  const clock: TestClock = {
    now: () => wall,
    zone: () => zone,
    setZone: (name) => void (zone = name),
    awake: () => awake,
    after: (milliseconds, callback, { background = false } = {}) =>
      add({ time: awake + milliseconds, goesBy: 'awake', background, callback }),
    at: (time, callback) => add({ time, goesBy: 'wall', background: false, callback }),
    advance: async (time) => run(spanOf('advance', time)),
    async jump(time) {
      await rest()
      const isBack = typeof time === 'string' ? time.trim().startsWith('-') : time < 0
      const span = spanOf('jump', typeof time === 'string' ? time.replace('-', '') : Math.abs(time))
      wall += isBack ? -span : span
      await run(0)
    },
  }
  rests.set(clock, new Set())
  return clock
}

function spanOf(name: string, time: number | string): number {
  const span = parseDuration(time)
  if (span !== undefined) return span
  const wanted = 'a time span such as 1h30m, or a number of milliseconds'
  throw new Fault('invalid-input', `${name}: wants ${wanted}, got ${inspect(time)}`)
}
