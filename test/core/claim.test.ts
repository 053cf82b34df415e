import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Lane } from '../../src/core/definition.ts'
import { executionTable } from '../../src/core/store/executions.ts'
import { connect, type Connection } from '../../src/core/store/open.ts'
import type { Store } from '../../src/core/store/store.ts'
import { temporaryFolder } from '../support/deck.ts'
import { addHost, addJob, definitionOf, ending, withStore } from '../support/store.ts'
import { World, job, limits, slots, step } from '../support/world.ts'

const HOST = 'host'

/** The connection, and what is asked of it: how many statements ran, and how many rows they returned. */
function watched(connection: Connection) {
  const seen = {
    calls: 0,
    results: 0,
    statements: new Set<string>(),
    reset: () => void Object.assign(seen, { calls: 0, results: 0, statements: new Set() }),
    plan: (sql: string) =>
      connection.database
        .prepare<unknown[], { detail: string }>(`explain query plan ${sql.replaceAll(/:\w+|\?/g, 'null')}`)
        .all()
        .map(({ detail }) => detail),
    connection: {
      ...connection,
      database: new Proxy(connection.database, {
        get: (database, name) =>
          name === 'prepare'
            ? (sql: string) => watchStatement(database.prepare(sql), sql)
            : Reflect.get(database, name),
      }),
    },
  }
  const watchStatement = (statement: object, sql: string): object =>
    new Proxy(statement, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          const result: unknown = value.apply(target, given)
          if (result === target) return watchStatement(target, sql)
          seen.calls++
          seen.statements.add(sql)
          seen.results += Array.isArray(result) ? result.length : 1
          return result
        }
      },
    })
  return seen
}

/** A job's runs, all of one definition. */
const adder =
  (store: Store, lane: Lane, maxWorkers = 1000) =>
  (jobId: string, priority: number, now: number) =>
    store.executions.add({
      jobId,
      jobName: jobId,
      startId: null,
      definition: definitionOf(lane, { maxWorkers }),
      owner: HOST,
      trigger: 'api',
      priority,
      params: '{}',
      urgent: false,
      now,
    })

describe('a claim', () => {
  test('takes what the rules say and nothing else: no limit passed, nobody overtaken, no pause ignored', async () => {
    const steps = fc.array(step, { minLength: 20, maxLength: 80 })
    const property = fc.asyncProperty(
      fc.array(job, { minLength: 1, maxLength: 5 }),
      slots,
      limits,
      steps,
      (jobs, lanes, categories, all) =>
        withStore(async (store) => {
          const world = new World(store, jobs, lanes, categories)
          await world.prepare()
          for (const each of all) await world.take(each)
        }),
    )
    await fc.assert(property, { numRuns: 100 })
  })

  test('lets nothing starve: a low priority has its turn though higher ones keep coming, for every limit', async () => {
    const given = fc.record({
      limit: fc.constantFrom('lane', 'category', 'job'),
      low: fc.integer({ min: -5, max: 0 }),
      high: fc.integer({ min: 0, max: 5 }),
      step: fc.integer({ min: 10_000, max: 120_000 }),
      rivals: fc.integer({ min: 1, max: 3 }),
    })
    const property = fc.asyncProperty(given, ({ limit, low, high, step, rivals }) =>
      withStore(async (store) => {
        const add = adder(store, 'inline', limit === 'job' ? 1 : 1000)
        const slots = { inline: limit === 'lane' ? 1 : 1000, thread: 0, process: 0 }
        await store.write(() => {
          addHost(store, HOST)
          const category = store.categories.getOrCreate('c', 0)
          if (limit === 'category') store.categories.update(category, { maxWorkers: 1 })
          for (const id of ['patient', 'pushy']) addJob(store, id, category)
        })
        const { id: patient } = await store.write(() => add('patient', low, 0))
        // Each rival that comes later than the head start of its priority has to wait for the patient one.
        const turns = (Math.ceil(((high - low) * 60_000) / step) + 1) * rivals + 2
        for (let turn = 0; turn < turns; turn++) {
          const now = turn * step
          const claimed = await store.write(() => {
            for (let count = 0; count < rivals; count++) add(limit === 'job' ? 'patient' : 'pushy', high, now)
            const taken = store.executions.claim({ id: HOST, plans: true, now }, slots, () => true).executions
            for (const { id } of taken)
              store.executions.end(store.executions.find(id)!, { ...ending, status: 'failed' })
            return taken.map(({ id }) => id)
          })
          expect(claimed).toHaveLength(1)
          if (claimed.includes(patient)) return
        }
        expect.fail(`it still waits after ${turns} turns`)
      }),
    )
    await fc.assert(property, { numRuns: 40 })
  })

  test.each(['lane', 'job', 'category', 'pause', 'later', 'all but one'] as const)(
    'costs the same whether ten or five thousand wait that may not run (for %s)',
    async (obstacle) => {
      const cost = async (waiting: number) => {
        const connection = await connect(join(temporaryFolder(), 'jobs.db'))
        const seen = watched(connection)
        const table = executionTable(seen.connection)
        connection.database.exec(`
          insert into hosts values ('${HOST}', 'library', '', 0, null, '', 0, null);
          insert into categories (id, path, name, max_workers, created_at) values (1, 'c', 'c', ${obstacle === 'category' ? 1 : 'null'}, 0);
          insert into snapshots values (1, '', '{}');
          insert into jobs (id, key, name, category_id, definition_id, created_at, updated_at)
            values ('full', 'full', 'full', 1, 1, 0, 0), ('free', 'free', 'free', null, 1, 0, 0);
          ${obstacle === 'pause' ? `insert into pauses values ('job:full', 0, null, null)` : ''}`)
        const inline = { lane: 1, 'all but one': 2 }[obstacle as string] ?? 1000
        const slots = { inline, thread: 10, process: 10 }
        const add = (jobId: string, lane: Lane, now: number) =>
          table.add({
            jobId,
            jobName: jobId,
            startId: null,
            definition: definitionOf(lane, { maxWorkers: obstacle === 'job' ? 1 : 1000 }),
            owner: HOST,
            trigger: 'api',
            priority: 0,
            params: '{}',
            urgent: false,
            now,
          })
        const claim = () => table.claim({ id: HOST, plans: true, now: 1 }, slots, () => true).executions
        connection.database.exec('begin')
        if (obstacle !== 'pause') {
          add('full', 'inline', 0)
          expect(claim()).toHaveLength(1)
        }
        for (let count = 0; count < waiting; count++) {
          const { id } = add('full', 'inline', 1)
          if (obstacle === 'later')
            connection.database.exec(`update executions set due = 0, scheduled_at = 2 where id = ${id}`)
        }
        add('free', 'thread', 1)
        seen.reset()
        table.expire(1)
        const expected = obstacle === 'all but one' ? ['full', 'free'] : ['free']
        expect(claim().map(({ jobId }) => jobId)).toEqual(expected)
        expect(table.nextChange()).toBe(obstacle === 'later' ? 2 : null)
        const { calls, results, statements } = seen
        connection.database.exec('commit')
        const plans = [...statements].filter((sql) => sql.includes('executions')).flatMap(seen.plan)
        connection.database.close()
        return { calls, results, plans }
      }
      const few = await cost(10)
      const many = await cost(5000)
      expect(many).toEqual(few)
      // Beside what is counted, no statement may look through rows that it then leaves out.
      const scans = few.plans.filter((line) => /SCAN (executions|earlier)|by_status|TEMP B-TREE/.test(line))
      // Nor may it go through one queue to come to the next.
      expect(few.plans.filter((line) => /executions_(queued|urgent) \(owner=\?\)$/.test(line))).toEqual([])
      // The index of what is open holds no more than there are slots.
      expect(scans.filter((line) => !line.includes('executions_open'))).toEqual([])
    },
  )
})
