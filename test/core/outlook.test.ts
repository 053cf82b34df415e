/** What pictures of time and of what comes are made from: planned times over all jobs, spans of runs, what stands in the way. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestClock, openTestDeck } from '../../src/core/testing/index.ts'
import { openDeck, temporaryFolder, until, writeFile } from '../support/deck.ts'

const MINUTE = 60_000
const nothing = () => {}
const BEGIN = Date.UTC(2026, 5, 1, 12)

test('what is planned comes in order over all jobs, as a merge of the plan of each', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 0, max: 300 }),
      async (intervals, limit, ahead, span) => {
        const deck = await openTestDeck({ clock: createTestClock({ now: BEGIN }) })
        for (const [index, minutes] of intervals.entries())
          await deck
            .every('in-process', { name: `job ${index}` }, minutes * MINUTE)
            .add(1, nothing)
            .save()
        const from = BEGIN + ahead * MINUTE
        const to = from + span * MINUTE
        const wanted = intervals
          .flatMap((minutes) => {
            const times: number[] = []
            for (let at = BEGIN + minutes * MINUTE; at <= to; at += minutes * MINUTE)
              if (at > from) times.push(at)
            return times
          })
          .toSorted((a, b) => a - b)
        const found = await deck.client.request('schedules.upcoming', { from, to, limit })
        expect(found.times.map(({ at }) => at)).toEqual(wanted.slice(0, limit))
        expect(found.complete).toBe(wanted.length <= limit)
        await deck.close()
      },
    ),
    { numRuns: 30 },
  )
})

test('for a picture times of one job are told so far apart, those of every job', async () => {
  const deck = await openTestDeck({ clock: createTestClock({ now: BEGIN }) })
  await deck.every('in-process', { name: 'often' }, 1000).add(1, nothing).save()
  await deck
    .every('in-process', { name: 'seldom' }, 40 * MINUTE)
    .add(1, nothing)
    .save()
  const to = BEGIN + 60 * MINUTE
  const request = { to, limit: 20, spacing: 5 * MINUTE + 1 }
  const { times, complete } = await deck.client.request('schedules.upcoming', request)
  const of = (name: string) => times.filter(({ jobName }) => jobName === name).map(({ at }) => at - BEGIN)
  // The next time after five minutes and a millisecond is a second later.
  expect(of('often')).toEqual(Array.from({ length: 12 }, (_, index) => 1000 + index * (5 * MINUTE + 1000)))
  expect(of('seldom')).toEqual([40 * MINUTE])
  expect(complete).toBe(true)
})

test('what a pause keeps from running is told as paused, while it lasts', async () => {
  const deck = await openTestDeck({ clock: createTestClock({ now: BEGIN }) })
  for (const name of ['paused', 'free'])
    await deck.every('in-process', { name }, MINUTE).add(1, nothing).save()
  const paused = async () => {
    const { times } = await deck.client.request('schedules.upcoming', { limit: 4 })
    const of = (name: string) => times.filter(({ jobName }) => jobName === name).map(({ paused }) => paused)
    return { paused: of('paused'), free: of('free') }
  }
  const target = { job: 'paused' }
  await deck.client.request('pauses.set', { target })
  expect(await paused()).toEqual({ paused: [true, true], free: [false, false] })
  await deck.client.request('pauses.set', { target, until: BEGIN + 1.5 * MINUTE })
  expect(await paused()).toEqual({ paused: [true, false], free: [false, false] })
  await deck.client.request('pauses.end', { target })
  expect(await paused()).toEqual({ paused: [false, false], free: [false, false] })
})

test('of what will run, nothing is told that is skipped or paused, however much of it comes before', async () => {
  const deck = await openTestDeck({ clock: createTestClock({ now: BEGIN }) })
  for (const name of ['paused', 'paused for a while', 'skipped once'])
    await deck.every('in-process', { name }, MINUTE).add(1, nothing).save()
  const categories = ['', 'kept', 'kept/back']
  for (let count = 0; count < 30; count++)
    await deck
      .every('in-process', { name: `below ${count}`, category: categories[count % 3] || 'kept' }, MINUTE)
      .add(1, nothing)
      .save()
  await deck.client.request('pauses.set', { target: { category: 'kept' } })
  const next = async (spacing?: number) => {
    const { times } = await deck.client.request('schedules.upcoming', { limit: 1, willRun: true, spacing })
    return times.map(({ jobName, at }) => [jobName, (at - BEGIN) / MINUTE])
  }
  await deck.client.request('pauses.set', { target: { job: 'paused' } })
  await deck.client.request('pauses.set', {
    target: { job: 'paused for a while' },
    until: BEGIN + 300.5 * MINUTE,
  })
  await deck.client.request('jobs.skipNext', { job: 'skipped once' })
  expect(await next()).toEqual([['skipped once', 2]])
  expect(await next(60 * MINUTE)).toEqual([['skipped once', 2]])
  await deck.client.request('jobs.enable', { job: 'skipped once', enabled: false })
  expect(await next()).toEqual([['paused for a while', 301]])
  await deck.client.request('pauses.set', { target: { deck: true } })
  expect(await next()).toEqual([])
})

test('what is skipped is told as such, what is disabled is not planned', async () => {
  const deck = await openTestDeck({ clock: createTestClock({ now: BEGIN }) })
  for (const name of ['skipped', 'disabled'])
    await deck.every('in-process', { name }, MINUTE).add(1, nothing).save()
  await deck.client.request('jobs.skipNext', { job: 'skipped' })
  await deck.client.request('jobs.enable', { job: 'disabled', enabled: false })
  const { times, complete } = await deck.client.request('schedules.upcoming', { limit: 2 })
  expect(times.map(({ jobName, snoozed }) => [jobName, snoozed])).toEqual([
    ['skipped', true],
    ['skipped', false],
  ])
  expect(complete).toBe(false)
})

test('runs are found that ran at any time between two instants, however long ago they began', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })), {
        maxLength: 12,
      }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 100 }),
      async (spans, from, length) => {
        const clock = createTestClock({ now: BEGIN })
        const deck = await openTestDeck({ clock })
        for (const [index, [begins, lasts]] of spans.entries())
          await deck
            .once('in-process', { name: `${index}`, schedule: { at: BEGIN + begins * 1000 } })
            .add(1, () => new Promise<void>((resolve) => void clock.after(lasts * 1000, resolve)))
            .save()
        await deck.advance(300_000)
        const all = await deck.client.request('executions.list', {})
        const [begin, end] = [BEGIN + from * 1000, BEGIN + (from + length) * 1000]
        const wanted = all.filter(({ startedAt, endedAt }) => startedAt! < end && endedAt! >= begin)
        const found = await deck.client.request('executions.spans', { from: begin, to: end })
        expect(found.runs.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
          wanted.map(({ id }) => id).toSorted((a, b) => a - b),
        )
        await deck.close()
      },
    ),
    { numRuns: 20 },
  )
})

test('what stands in the way of a job is told, with the kind of it', async () => {
  const deck = await openDeck()
  const folder = temporaryFolder()
  const file = writeFile(folder, 'there.sh', '#!/bin/sh\necho hi\n', 0o755)
  const save = (name: string, handler: { file: string } | { command: string[] }) =>
    deck.client.request('jobs.save', { name, handlers: [{ handler }] })
  await save('well', { file })
  await save('gone', { file: `${file}.gone` })
  await save('no program', { command: ['no-such-program-anywhere'] })
  await deck.client.request('pauses.set', { target: { job: 'well' }, reason: 'holidays' })
  const found = await deck.client.request('jobs.readiness', { jobs: ['well', 'gone', 'no program'] })
  expect(found.map(({ pause, refusal }) => [pause?.reason ?? null, refusal?.code ?? null])).toEqual([
    ['holidays', null],
    [null, 'handler-missing'],
    [null, 'command-missing'],
  ])
  await deck.client.request('jobs.start', { job: 'well' })
  await until(deck, 1, ({ endedAt }) => endedAt !== null)
})
