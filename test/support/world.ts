import * as fc from 'fast-check'
import { expect } from 'vitest'
import { laneOf, type Lane } from '../../src/core/definition.ts'
import type { Status } from '../../src/shared/contract.ts'
import type { PauseTarget } from '../../src/core/store/pauses.ts'
import type { Store } from '../../src/core/store/store.ts'
import { addHost, addJob, definitionOf, ending, rows } from './store.ts'

const LANES: readonly Lane[] = ['inline', 'thread', 'process']
const OWNERS = ['me', 'other', ''] as const
const CATEGORIES = ['a', 'a/b', 'a/b/c', 'd']
/** The category at each place, and all above it. */
const ABOVE = [[0], [1, 0], [2, 1, 0], [3]]

interface Queued {
  id: number
  job: number
  maxWorkers: number
  owner: string
  priority: number
  urgent: boolean
  rank: number
  scheduledAt: number
  status: Status
}
interface Job {
  lane: Lane
  category: number | null
  maxWorkers: number
}
interface Step {
  do: 'add' | 'claim' | 'end' | 'giveBack' | 'retry' | 'tick' | 'pause' | 'resume' | 'limit' | 'edit'
  nth: number
  number: number
  owner: (typeof OWNERS)[number]
  flag: boolean
}

export const job: fc.Arbitrary<Job> = fc.record({
  lane: fc.constantFrom(...LANES),
  category: fc.option(fc.nat(CATEGORIES.length - 1), { freq: 8 }),
  maxWorkers: fc.integer({ min: 1, max: 3 }),
})
export const slots = fc.record({ inline: fc.nat(6), thread: fc.nat(6), process: fc.nat(3) })
const limit = fc.option(fc.integer({ min: 1, max: 3 }))
/** Of each category. */
export const limits = fc.tuple(limit, limit, limit, limit)
export const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    { weight: 8, arbitrary: fc.constant('add' as const) },
    { weight: 3, arbitrary: fc.constant('claim' as const) },
    {
      weight: 6,
      arbitrary: fc.constantFrom('end', 'giveBack', 'retry', 'tick', 'pause', 'resume', 'limit', 'edit'),
    },
  ),
  nth: fc.nat(30),
  number: fc.integer({ min: 1, max: 5 }),
  owner: fc.constantFrom(...OWNERS),
  flag: fc.boolean(),
})

/**
 * A deck as the rules describe it, kept beside the real one. Its claim looks at each waiting run, lowest rank first:
 * slow, and plainly right.
 */
export class World {
  readonly #store: Store
  readonly #jobs: Job[]
  readonly #slots: Record<Lane, number>
  readonly #runs: Queued[] = []
  readonly #limits: (number | null)[]
  readonly #paused = new Set<PauseTarget>()
  readonly #ids: number[] = []
  #now = 1_000_000

  constructor(store: Store, jobs: Job[], slots: Record<Lane, number>, limits: (number | null)[]) {
    this.#store = store
    this.#jobs = jobs.map((each) => ({ ...each }))
    this.#slots = slots
    this.#limits = [...limits]
  }

  prepare(): Promise<void> {
    return this.#store.write(() => {
      for (const host of OWNERS.slice(0, 2)) addHost(this.#store, host)
      for (const [index, path] of CATEGORIES.entries()) {
        const id = this.#store.categories.getOrCreate(path, 0)
        this.#store.categories.update(id, { maxWorkers: this.#limits[index] })
        this.#ids.push(id)
      }
      for (const [index, { category }] of this.#jobs.entries())
        addJob(this.#store, `job${index}`, category === null ? null : this.#ids[category])
    })
  }

  #above(category: number | null): number[] {
    return category === null ? [] : ABOVE[category]!
  }

  #open(passes: (job: Job, index: number) => boolean): number {
    return this.#runs.filter(
      ({ status, job: index }) => status === 'initializing' && passes(this.#jobs[index]!, index),
    ).length
  }

  #hasRoom({ job: index, maxWorkers }: Queued): boolean {
    const { lane, category } = this.#jobs[index]!
    return (
      this.#open((each) => each.lane === lane) < this.#slots[lane] &&
      this.#open((_, each) => each === index) < maxWorkers &&
      this.#above(category).every(
        (above) =>
          this.#open((each) => this.#above(each.category).includes(above)) <
          (this.#limits[above] ?? Infinity),
      )
    )
  }

  #isPaused(index: number): boolean {
    const above = this.#above(this.#jobs[index]!.category)
    return (
      this.#paused.has('deck') ||
      this.#paused.has(`job:job${index}`) ||
      above.some((category) => this.#paused.has(`category:${this.#ids[category]!}`))
    )
  }

  /** What may be claimed, in order; counts it as claimed. */
  #claim(host: string, plans: boolean, unfit: Lane | undefined): number[] {
    return this.#runs
      .filter(({ status, owner, scheduledAt, job: index, urgent }) => {
        const isMine = owner === host || (plans && owner === '')
        const isDue = scheduledAt <= this.#now && (urgent || !this.#isPaused(index))
        return status === 'queued' && isMine && isDue && this.#jobs[index]!.lane !== unfit
      })
      .toSorted((a, b) => a.rank - b.rank || a.id - b.id)
      .filter((run) => this.#hasRoom(run) && (run.status = 'initializing'))
      .map(({ id }) => id)
  }

  async take({ do: what, nth, number, owner, flag }: Step): Promise<void> {
    const { executions, pauses, categories } = this.#store
    const index = nth % this.#jobs.length
    const { lane } = this.#jobs[index]!
    const openOnes = this.#runs.filter(({ status }) => status === 'initializing')
    const one = openOnes[nth % Math.max(1, openOnes.length)]
    const targets = ['deck', `job:job${index}`, `category:${this.#ids[nth % 4]!}`] as const
    const target = targets[number % 3]!
    await this.#store.write(() => {
      switch (what) {
        case 'add': {
          const { maxWorkers } = this.#jobs[index]!
          const run = { job: index, maxWorkers, owner, priority: number - 3, urgent: flag && number === 1 }
          const rest = {
            trigger: 'api',
            params: '{}',
            startId: null,
            jobName: 'a job',
            urgent: run.urgent,
          } as const
          const definition = definitionOf(lane, { maxWorkers })
          const jobId = `job${index}`
          const { priority } = run
          const { id } = executions.add({ ...rest, jobId, owner, priority, definition, now: this.#now })
          const rank = this.#now - priority * 60_000
          this.#runs.push({ ...run, id, rank, scheduledAt: this.#now, status: 'queued' })
          break
        }
        case 'claim': {
          const host = owner || 'me'
          const unfit = number === 1 ? lane : undefined
          const { executions: claimed } = executions.claim(
            { id: host, plans: flag, now: this.#now },
            this.#slots,
            (definition) => laneOf(definition) !== unfit,
          )
          expect(claimed.map(({ id }) => id)).toEqual(this.#claim(host, flag, unfit))
          break
        }
        case 'end':
        case 'retry': {
          if (!one) break
          one.status = 'failed'
          executions.end(executions.find(one.id)!, { ...ending, status: 'failed' })
          if (what === 'end') break
          const scheduledAt = this.#now + nth * 10_000
          const id = executions.retry(one.id, owner, scheduledAt, this.#now)
          const rank = scheduledAt - one.priority * 60_000
          this.#runs.push({ ...one, id, owner, rank, scheduledAt, urgent: false, status: 'queued' })
          break
        }
        case 'giveBack':
          // A function runs as soon as it is claimed.
          if (!one || this.#jobs[one.job]!.lane === 'inline') break
          Object.assign(one, { status: 'queued', owner: '' })
          executions.giveBack(executions.find(one.id)!)
          break
        case 'tick':
          this.#now += nth * 5000
          break
        case 'pause':
          pauses.set({ target, pausedFrom: 0, pausedUntil: null, reason: null })
          this.#paused.add(target)
          break
        case 'resume':
          for (const each of this.#paused) pauses.resume(each)
          this.#paused.clear()
          break
        case 'limit':
          this.#limits[nth % 4] = flag ? number : null
          categories.update(this.#ids[nth % 4]!, { maxWorkers: this.#limits[nth % 4] })
          break
        case 'edit':
          this.#jobs[index]!.maxWorkers = number
      }
    })
    const stored = rows<{ status: Status }>(this.#store.file, 'select status from executions order by id')
    // What is claimed, whether or not it runs by now, is one thing here.
    const known = stored.map(({ status }) => (status === 'running' ? 'initializing' : status))
    expect(known).toEqual(this.#runs.map(({ status }) => status))
  }
}
