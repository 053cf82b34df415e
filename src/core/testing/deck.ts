import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ExecutionDetail, Status } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { createEngine, type Engine } from '../engine.ts'
import { isFinal } from '../follow.ts'
import { Deck, type Execution, type OpenOptions } from '../index.ts'
import { createTestClock, restWith, type TestClock } from './clock.ts'

/** While a deck closes, its clock goes on by a second each time so many ms have passed. */
const CLOSING_STEP = 100

/** How a test deck is opened; each field has a default. */
export interface TestDeckOptions extends Partial<Omit<OpenOptions, 'listen'>> {
  /** The clock of the deck; one of its own if not given. */
  clock?: TestClock
  /** What the clock of its own shows at first. */
  now?: Date | number
}

/**
 * Opens a deck for a test, with a clock that the test moves. It is a real one: its database lies in a folder of its own,
 * which goes when the deck is closed. With a `file` it lies there, and stays.
 *
 * ```ts
 * await using deck = await openTestDeck()
 * ```
 * @throws Fault as `open` does
 */
export async function openTestDeck({
  clock,
  now,
  file,
  ...options
}: TestDeckOptions = {}): Promise<TestDeck> {
  const time = clock ?? createTestClock(now === undefined ? {} : { now })
  const folder = file === undefined ? await mkdtemp(join(tmpdir(), 'jobdeck-test-')) : undefined
  const remove = async () => void (folder && (await rm(folder, { recursive: true, force: true })))
  try {
    const where = file ?? join(folder!, 'jobs.db')
    const engine = await createEngine({
      durability: 'normal',
      isOnline: () => true,
      ...options,
      file: where,
      clock: time,
    })
    return new TestDeck(engine, time, where, remove)
  } catch (thrown) {
    await remove()
    throw thrown
  }
}

/** A deck whose time the test moves. */
export class TestDeck extends Deck {
  /** Its clock, which others may share. */
  readonly clock: TestClock
  /** The path of the database. */
  readonly file: string
  readonly #engine: Engine
  readonly #remove: () => Promise<void>
  readonly #endRest: () => void

  /** @internal */
  constructor(engine: Engine, clock: TestClock, file: string, remove: () => Promise<void>) {
    super(engine)
    this.#engine = engine
    this.clock = clock
    this.file = file
    this.#remove = remove
    this.#endRest = restWith(clock, engine.rest)
  }

  /** Lets time pass: see `TestClock.advance`. */
  advance(time: number | string): Promise<void> {
    return this.clock.advance(time)
  }

  /** Sets the wall clock forward or back: see `TestClock.jump`. */
  jump(time: number | string): Promise<void> {
    return this.clock.jump(time)
  }

  /** Resolves when nothing runs and nothing is due. What waits for a later time, as a retry does, goes on waiting. */
  async drain(): Promise<void> {
    await this.#engine.drain()
    await this.#engine.rest()
  }

  /**
   * Resolves once the run has, or had meanwhile, one of the statuses: with the run as it is then.
   * @throws Fault `conflict` where it has ended otherwise, `closed` where the deck is closed before
   */
  async whenStatus(execution: Execution | number, ...statuses: Status[]): Promise<ExecutionDetail> {
    const id = typeof execution === 'number' ? execution : execution.id
    const found = Promise.withResolvers<ExecutionDetail>()
    const look = async (reached?: Status) => {
      const detail = await this.client.request('executions.get', { execution: id })
      if (statuses.includes(reached ?? detail.status)) return found.resolve(detail)
      if (!isFinal(detail.status)) return
      const said = `run #${id} is ${detail.status}, and will never be ${statuses.join(' or ')}`
      found.reject(new Fault('conflict', said))
    }
    const lookNow = (reached?: Status) => void look(reached).catch(found.reject)
    const stops = [
      this.on('execution', ({ id: changed, status }) => changed === id && lookNow(status)),
      this.on('closed', ({ fault }) => found.reject(new Fault(fault.code, fault.message))),
    ]
    lookNow()
    return await found.promise.finally(() => stops.forEach((stop) => stop()))
  }

  /** Closes the deck as `Deck.close` does, and removes its folder. The clock goes on as far as that needs. */
  override async close(options: { drain?: boolean | string | number } = {}): Promise<void> {
    const closed = super.close(options).then(() => true)
    // What ignores its signal is ended after its grace. A process that heeds it has some time of the machine for that.
    const isOver = () => Promise.race([closed, wait(CLOSING_STEP, false, { ref: false })])
    while (!(await isOver())) await this.clock.advance(1000)
    this.#endRest()
    await this.#remove()
  }
}
