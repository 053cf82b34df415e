import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HandlerContext, JobData } from '../../src/core/index.ts'
import { delayOf } from '../../src/core/plan/jitter.ts'
import { timesIn, timetableOf } from '../../src/core/plan/timetable.ts'
import { createTestClock, openTestDeck, type TestClock, type TestDeck } from '../../src/core/testing/index.ts'
import { MISSED, OVERLAPS, type Schedule } from '../../src/shared/schedule.ts'
import { temporaryFolder } from '../support/deck.ts'
import { readLedger, type JobLedger } from '../support/ledger.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A night on which clocks are set back in Europe is near, and one in America. */
const BEGIN = Date.UTC(2026, 9, 24, 20)
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo']

const KEYS = ['a', 'b', 'c']
const job = fc.constantFrom(...KEYS)
const span = fc.oneof(
  fc.integer({ min: 0, max: 2 * MINUTE }),
  fc.integer({ min: 0, max: 6 * HOUR }),
  fc.integer({ min: 0, max: 9 * DAY }),
)
const short = fc.integer({ min: 1, max: 3 * MINUTE })

const schedule: fc.Arbitrary<Schedule> = fc
  .tuple(
    fc.oneof(
      fc
        .constantFrom('*/10 * * * * *', '* * * * *', '*/7 * * * *', '30 * * * *', '30 2 * * *', '0 */3 * * *')
        .map((cron) => ({ cron })),
      fc.integer({ min: 5, max: 5000 }).map((seconds) => ({ every: seconds * SECOND })),
    ),
    fc.record(
      {
        zone: fc.constantFrom('local', ...ZONES),
        jitter: fc.constantFrom(900, 4000),
        until: fc.integer({ min: 0, max: 3 * DAY }).map((after) => BEGIN + after),
        quiet: fc
          .constantFrom({ from: '22:30', to: '01:10' }, { from: '02:00', to: '03:00' })
          .map((quiet) => [quiet]),
        skip: fc.subarray(['2026-10-25', '2026-10-26', '2026-10-28']),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([when, bounds]) => ({ ...when, ...bounds }))

const policy = fc.record(
  {
    missed: fc.constantFrom(...MISSED),
    missedLimit: fc.integer({ min: 1, max: 5 }),
    missedWindow: fc.constantFrom(MINUTE, HOUR, DAY),
    overlap: fc.constantFrom(...OVERLAPS),
  },
  { requiredKeys: [] },
)
/** How long its runs take, and which of them fail. */
const work = fc.record({
  lasts: fc.constantFrom(0, 0, 3 * SECOND, 25 * SECOND, 10 * MINUTE),
  failsEach: fc.constantFrom(0, 0, 3),
})
const planned = fc.record({ schedule, policy, work })
type Planned = typeof planned extends fc.Arbitrary<infer T> ? T : never

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance'), span: short }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sleep'), span }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('back'),
      span: fc.oneof(span, fc.integer({ min: 1, max: 29 * SECOND })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('future'), span: short }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart'), span: fc.oneof(fc.constant(0), span) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pause'),
      what: fc.constantFrom('deck', ...KEYS),
      span: fc.option(short),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume'), what: fc.constantFrom('deck', ...KEYS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('enable'), job, enabled: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit'), job, planned }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('zone'), zone: fc.constantFrom(...ZONES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('run'), job }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snooze'), job, undo: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('answer'), run: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('backfill'), job, span: fc.integer({ min: 0, max: 5 * MINUTE }) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The times of one schedule, as they were planned from an instant on. */
interface Era {
  after: number
  until: number
  schedule: Schedule
  zone: string
  /** From when an interval counts. */
  since: number
}

/** What the deck is to do, held against what it does. */
class World {
  readonly clock: TestClock = createTestClock({ now: BEGIN })
  readonly file = join(temporaryFolder(), 'jobs.db')
  readonly jobs = new Map<string, Planned>()
  faults: string[] = []
  readonly #eras = new Map<string, Era[]>()
  /** Started by a clock that was ahead. */
  readonly #ghosts = new Map<string, Set<number>>()
  /** Runs that a person asked for by an answer: as those that are started by hand, they run whatever is paused. */
  readonly #answered = new Set<number>()
  /** Until when something is paused. */
  readonly #paused = new Map<string, number>()
  /** Who ran before whom cannot be read from times any more. */
  #wasSetBack = false
  #runs = 0
  #deck!: TestDeck

  async begin(first: Planned[]): Promise<void> {
    this.#deck = await openTestDeck({ file: this.file, clock: this.clock })
    // Nothing is forgotten of what is compared.
    await this.#deck.client.request('deck.configure', { keepRuns: 1_000_000, keepFor: '365d' })
    for (const [index, each] of first.entries()) await this.#save(KEYS[index]!, each)
    await this.clock.advance(0)
  }

  close = () => this.#deck.close()

  #handler =
    (key: string) =>
    async ({ signal, trigger, id }: HandlerContext) => {
      const isPaused = ['deck', key, `disabled ${key}`].some(
        (what) => (this.#paused.get(what) ?? -Infinity) > this.clock.now(),
      )
      if (isPaused && trigger !== 'api' && !this.#answered.has(id))
        this.faults.push(`#${id} of ${key} (${trigger}) began while paused`)
      const { lasts, failsEach } = this.jobs.get(key)!.work
      const isBad = failsEach > 0 && ++this.#runs % failsEach === 0
      await new Promise<void>((resolve, reject) => {
        const cancel = this.clock.after(lasts, resolve)
        signal.addEventListener('abort', () => {
          cancel()
          reject(signal.reason as Error)
        })
      })
      if (isBad) throw new Error('it went wrong')
    }

  async #save(key: string, wanted: Planned): Promise<void> {
    this.jobs.set(key, wanted)
    const retry = { attempts: 2, delay: 5 * SECOND, jitter: false } as const
    const data: JobData = { name: key, schedule: wanted.schedule, ...wanted.policy, retry }
    const before = this.#eras.get(key)
    const { plan } = before ? readLedger(this.file, key) : { plan: undefined }
    await this.#deck.once('in-process', data).add(0, this.#handler(key)).save()
    const now = this.clock.now()
    const last = before?.at(-1)
    if (last && JSON.stringify(last.schedule) === JSON.stringify(wanted.schedule)) return
    if (last) last.until = Math.min(plan!.cursor, now)
    if (last) this.#haunt(key)
    const { since } = readLedger(this.file, key).plan!
    const era = { since, after: now, until: Infinity, schedule: wanted.schedule, zone: this.clock.zone() }
    this.#eras.set(key, [...(before ?? []), era])
  }

  /** What was started lies ahead of the clock, and stays. */
  #haunt(key: string): void {
    const ghosts = this.#ghosts.get(key) ?? new Set()
    for (const { firstAt, executionId } of readLedger(this.file, key).rows)
      if (executionId !== null && firstAt > this.clock.now()) ghosts.add(firstAt)
    this.#ghosts.set(key, ghosts)
  }

  async #setBack(by: number): Promise<void> {
    this.#wasSetBack = true
    await this.clock.jump(-by)
    await this.clock.advance(31 * SECOND)
    const now = this.clock.now()
    for (const key of this.jobs.keys()) {
      this.#haunt(key)
      const eras = this.#eras.get(key)!
      const last = eras.at(-1)!
      const plan = readLedger(this.file, key).plan!
      // It was edited in a time that is ahead again: what comes is planned from here on.
      if (eras.some(({ after }) => after > now))
        this.#eras.set(key, [{ ...last, since: plan.since, after: Math.max(now, plan.cursor) }])
    }
  }

  async take(each: Step): Promise<void> {
    const { client } = this.#deck
    const exists = 'job' in each ? this.jobs.has(each.job) : true
    if (!exists && each.do !== 'edit') return
    switch (each.do) {
      case 'advance':
        await this.clock.advance(each.span)
        break
      case 'sleep':
        await this.clock.jump(each.span)
        break
      case 'back':
        await this.#setBack(each.span)
        break
      case 'future': {
        const leap = 250 * DAY
        await this.clock.jump(leap)
        await this.clock.advance(each.span)
        this.#endPauses()
        await this.#setBack(leap + each.span)
        break
      }
      case 'restart':
        await this.#deck.close()
        await this.clock.jump(each.span)
        this.#deck = await openTestDeck({ file: this.file, clock: this.clock })
        for (const [key, wanted] of this.jobs) await this.#save(key, wanted)
        break
      case 'pause': {
        const target = each.what === 'deck' ? { deck: true as const } : { job: each.what }
        if (each.what !== 'deck' && !this.jobs.has(each.what)) break
        await client.request('pauses.set', { target, ...(each.span && { for: each.span }) })
        this.#paused.set(each.what, each.span ? this.clock.now() + each.span : Infinity)
        break
      }
      case 'resume': {
        const target = each.what === 'deck' ? { deck: true as const } : { job: each.what }
        if (each.what !== 'deck' && !this.jobs.has(each.what)) break
        this.#paused.delete(each.what)
        await client.request('pauses.end', { target })
        break
      }
      case 'enable':
        if (each.enabled) this.#paused.delete(`disabled ${each.job}`)
        await client.request(
          'jobs.enable',
          each.enabled ? { job: each.job, enabled: true } : { job: each.job, enabled: false },
        )
        if (!each.enabled) this.#paused.set(`disabled ${each.job}`, Infinity)
        break
      case 'edit':
        await this.#save(each.job, each.planned)
        break
      case 'zone': {
        const cursors = new Map(
          [...this.jobs.keys()].map((key) => [key, readLedger(this.file, key).plan!.cursor]),
        )
        this.clock.setZone(each.zone)
        await client.request('pauses.end', { target: { job: [...this.jobs.keys()][0]! } }).catch(() => {})
        this.#paused.delete([...this.jobs.keys()][0]!)
        await this.clock.advance(0)
        for (const [key, cursor] of cursors) {
          const eras = this.#eras.get(key)!
          const last = eras.at(-1)!
          if ('every' in last.schedule || last.zone === each.zone) continue
          last.until = cursor
          eras.push({ ...last, after: cursor, until: Infinity, zone: each.zone })
        }
        break
      }
      case 'run':
        await client.request('jobs.start', { job: each.job, trigger: 'api' })
        break
      case 'snooze':
        await client.request('jobs.skipNext', { job: each.job, undo: each.undo }).catch(conflict)
        break
      case 'answer':
        for (const { id } of await client.request('occurrences.answer', { run: each.run })) {
          this.#answered.add(id)
          this.faults = this.faults.filter((fault) => !fault.startsWith(`#${id} of `)) // it may have begun at once
        }
        break
      case 'backfill': {
        const to = this.clock.now()
        await client.request('jobs.backfill', { job: each.job, from: to - each.span, to })
        break
      }
    }
    await this.clock.advance(0)
    this.#endPauses()
  }

  #endPauses(): void {
    for (const [what, until] of this.#paused) if (until <= this.clock.now()) this.#paused.delete(what)
  }

  check(): void {
    for (const key of this.jobs.keys()) {
      const ledger = readLedger(this.file, key)
      this.faults.push(
        ...[...this.#coverage(key, ledger), ...this.#plan(key, ledger), ...this.#overlap(key, ledger)].map(
          (fault) => `${key}: ${fault}`,
        ),
      )
    }
  }

  /** Every time up to the cursor is in exactly one row, and nothing else is. */
  *#coverage(key: string, { rows, plan, runs }: JobLedger): Generator<string> {
    const eras = this.#eras.get(key)!
    const cursor = plan!.cursor
    const begins = eras[0]!.after
    const spanning = rows.find(({ firstAt, lastAt }) => firstAt <= begins && lastAt > begins)
    const from = spanning?.lastAt ?? begins
    const all = eras.flatMap(({ after, until, since, schedule: of, zone }) =>
      timesIn(timetableOf(of, { since, localZone: zone }), after, Math.min(until, cursor)),
    )
    const times = all.filter((time) => time > from)
    const sum = (total: number, { count }: { count: number }) => total + count
    const counted = rows.filter(({ firstAt, lastAt }) => firstAt > from && lastAt <= cursor)
    const ghosts = this.#ghosts.get(key) ?? new Set()
    let last = -Infinity
    for (const { firstAt, lastAt, count } of rows) {
      if (firstAt <= last || lastAt < firstAt || count < 1) yield `rows overlap at ${at(firstAt)}`
      last = lastAt
      if (lastAt > cursor && !ghosts.has(firstAt)) yield `${at(lastAt)} lies beyond ${at(cursor)}`
    }
    const started = rows.filter(({ executionId }) => executionId !== null)
    const begun = runs.filter(({ trigger }) => trigger === 'scheduled' || trigger === 'catch-up')
    if (started.length !== begun.length) yield `${begun.length} runs for ${started.length} occurrences`
    const known = new Set(times)
    const own = counted.filter(
      ({ firstAt, reason }) => known.has(firstAt) || !(ghosts.has(firstAt) || reason === 'backfill'),
    )
    if (own.reduce(sum, 0) !== times.length)
      yield `${own.reduce(sum, 0)} entries for ${times.length} times after ${at(from)} up to ${at(cursor)}`
    for (const time of times) {
      const covering = rows.filter(({ firstAt, lastAt }) => time >= firstAt && time <= lastAt)
      if (covering.length !== 1) yield `${at(time)} is in ${covering.length} rows`
    }
  }

  /** What comes next is put off by the same as ever, and nothing that is due waits. */
  *#plan(key: string, { plan, jobId }: JobLedger): Generator<string> {
    const { nextAt, dueAt } = plan!
    if (nextAt === null || dueAt === null) return
    const { jitter = 0 } = this.jobs.get(key)!.schedule as { jitter?: number }
    if (dueAt !== nextAt + delayOf(jobId, nextAt, jitter)) yield `is put off by ${dueAt - nextAt}`
    if (dueAt <= this.clock.now())
      yield `${at(dueAt)} is due, and was not acted on at ${at(this.clock.now())}`
  }

  *#overlap(key: string, { rows, runs }: JobLedger): Generator<string> {
    if (this.#wasSetBack || this.#eras.get(key)!.length > 1) return
    const { overlap = 'skip' } = this.jobs.get(key)!.policy
    for (const { executionId, reason, firstAt } of rows) {
      const own = runs.find(({ id }) => id === executionId)
      if (!own || reason !== 'on-time') continue
      const open = runs.filter(
        ({ id, endedAt }) => id < own.id && (endedAt === null || endedAt > own.queuedAt),
      )
      const waiting = open.filter(({ startedAt }) => startedAt === null || startedAt > own.queuedAt)
      if (overlap === 'skip' && open.length > 0) yield `${at(firstAt)} began beside #${open[0]!.id}`
      if (overlap === 'queue' && waiting.length > 0) yield `${at(firstAt)} waits beside #${waiting[0]!.id}`
    }
  }
}

const at = (time: number) => new Date(time).toISOString()
const conflict = (thrown: unknown) => expect(thrown).toMatchObject({ code: 'conflict' })

// An occurrence that is lost or runs twice after a sleep, a restart, a clock that was set, or an edit in between.
test(
  'whatever happens to a machine, each time is in the ledger once, and runs at most once',
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(planned, { minLength: 1, maxLength: 3 }),
        fc.array(step, { minLength: 3, maxLength: 14 }),
        async (jobs, steps) => {
          const world = new World()
          await world.begin(jobs)
          try {
            for (const each of steps) {
              await world.take(each)
              world.check()
              expect(world.faults, JSON.stringify(each)).toEqual([])
            }
          } finally {
            await world.close()
          }
        },
      ),
      {
        numRuns: Number(process.env.JOBDECK_TEST_RUNS ?? 60),
        timeout: 20_000,
        interruptAfterTimeLimit: 150_000,
        ...(process.env.JOBDECK_TEST_SEED && { seed: Number(process.env.JOBDECK_TEST_SEED) }),
      },
    )
  },
)
