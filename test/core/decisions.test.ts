import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mayFollow } from '../../src/core/dispatch/lifecycle.ts'
import { NON_RETRYABLE, retryDelay } from '../../src/core/dispatch/retry.ts'
import { settlementOf } from '../../src/core/dispatch/settle.ts'
import { NonRetryable } from '../../src/core/index.ts'
import { jobStatus, type JobState } from '../../src/core/store/job-list.ts'
import { FINAL_STATUSES, STATUSES, type RetryPolicy, type Status } from '../../src/shared/contract.ts'
import { openDeck } from '../support/deck.ts'

describe('the wait before the next attempt', () => {
  const attempt = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 1000 }))
  const policy: fc.Arbitrary<RetryPolicy> = fc.record(
    {
      attempts: attempt,
      on: fc.subarray(['failed', 'timeout', 'interrupted'] as const),
      backoff: fc.constantFrom('exponential' as const, 'fixed' as const),
      delay: fc.nat(10_000),
      maxDelay: fc.nat(1_000_000),
      jitter: fc.boolean(),
      nonRetryableCodes: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    },
    { requiredKeys: ['attempts'] },
  )
  const ended = fc.record({
    status: fc.constantFrom(...FINAL_STATUSES),
    exitCode: fc.option(fc.nat(3)),
    error: fc.option(
      fc.record({ name: fc.constantFrom('Error', NON_RETRYABLE), message: fc.constant('no') }),
    ),
  })
  const random = fc.double({ min: 0, max: 1, noNaN: true })

  test('is there exactly where the policy wants another attempt', () => {
    const property = fc.property(ended, attempt, policy, random, (end, number, given, chance) => {
      const wanted =
        number < given.attempts &&
        (given.on ?? ['failed']).includes(end.status as 'failed') &&
        end.error?.name !== NON_RETRYABLE &&
        !(end.exitCode !== null && given.nonRetryableCodes?.includes(end.exitCode))
      expect(retryDelay(end, number, given, chance) !== undefined).toBe(wanted)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test('is never longer than its back-off nor than its cap, whatever the attempt', () => {
    const property = fc.property(attempt, policy, random, (number, given, chance) => {
      const { delay = 1000, maxDelay = 300_000, backoff = 'exponential', jitter = true } = given
      const end = { status: 'failed', exitCode: null, error: null } as const
      const always = { ...given, on: ['failed' as const], attempts: number + 1 }
      const wait = retryDelay(end, number, always, chance)!
      const full = Math.min(maxDelay, backoff === 'fixed' ? delay : delay * 2 ** (number - 1))
      expect(Number.isSafeInteger(wait)).toBe(true)
      expect(wait).toBeGreaterThanOrEqual(0)
      if (jitter) expect(Math.abs(wait - chance * full)).toBeLessThanOrEqual(0.5)
      else expect(wait).toBe(full)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test('doubles from attempt to attempt up to its cap, without jitter, unless it is fixed', () => {
    const end = { status: 'failed', exitCode: null, error: null } as const
    const waits = (backoff: 'exponential' | 'fixed') =>
      [1, 2, 3, 4, 5].map((number) =>
        retryDelay(end, number, { attempts: 9, backoff, delay: 100, maxDelay: 700, jitter: false }, 0.5),
      )
    expect(waits('exponential')).toEqual([100, 200, 400, 700, 700])
    expect(waits('fixed')).toEqual([100, 100, 100, 100, 100])
  })

  test('is none for a cancelled or killed run, even where a policy slipped through that names it', () => {
    for (const status of ['cancelled', 'killed', 'completed'] as const)
      expect(retryDelay({ status, exitCode: null, error: null }, 1, { attempts: 9 }, 1)).toBeUndefined()
  })
})

describe('a run whose host died', () => {
  test.each([
    ['initializing', null, 'queued'],
    ['running', null, 'interrupted'],
    ['initializing', 'cancelled', 'cancelled'],
    ['running', 'cancelled', 'cancelled'],
    ['running', 'timeout', 'interrupted'],
    ['running', 'killed', 'interrupted'],
    ['running', 'interrupted', 'interrupted'],
  ] as const)('while it was %s, asked to stop: %s, becomes %s', (status, stopReason, to) => {
    expect(settlementOf({ status, stopReason })).toEqual({ to })
  })

  test('can become what it is settled as, from wherever it was', () => {
    for (const status of ['initializing', 'running'] as const)
      for (const stopReason of [null, ...FINAL_STATUSES])
        expect(mayFollow(status, settlementOf({ status, stopReason }).to)).toBe(true)
  })
})

describe('the status of a job', () => {
  const counts = fc.dictionary(fc.constantFrom(...STATUSES), fc.nat(3)) as fc.Arbitrary<
    Partial<Record<Status, number>>
  >
  const last = fc.option(fc.constantFrom(...STATUSES), { nil: undefined })
  const failures = new Set<Status | undefined>(['failed', 'timeout', 'killed', 'interrupted'])

  test('is that of the first rule that matches, in the order of the rules', () => {
    const flag = fc.boolean()
    const stopped = fc.constantFrom(null, 'stopped', 'completed', 'keeps-crashing')
    const state: fc.Arbitrary<JobState> = fc.record({
      hasHandlers: flag,
      counts,
      last,
      isEnabled: flag,
      isPaused: flag,
      isPlanned: flag,
      isOver: flag,
      stopped,
    })
    const property = fc.property(state, (given) => {
      const some = (status: Status) => (given.counts[status] ?? 0) > 0
      const rules: [boolean, string][] = [
        [!given.hasHandlers, 'draft'],
        [some('running') || some('initializing'), 'running'],
        [some('queued'), 'queued'],
        [!given.isEnabled, 'disabled'],
        [given.isPaused, 'paused'],
        [given.stopped === 'keeps-crashing', 'failed'],
        [given.stopped === 'stopped', 'cancelled'],
        [failures.has(given.last), 'failed'],
        [given.last === 'cancelled', 'cancelled'],
        [given.isPlanned && (given.last === 'completed' || given.last === undefined), 'ready'],
        [given.last === 'completed' || (given.last === undefined && given.isOver), 'completed'],
        [given.last === undefined, 'draft'],
        [true, 'queued'],
      ]
      const [, expected] = rules.find(([matches]) => matches)!
      expect(jobStatus(given)).toBe(expected)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test('is failed when one handler of the latest start failed, though another completed after it', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'two' })
    job.add(2, () => Promise.reject(new Error('no'))).add(1, () => 'fine')
    await job.start()
    expect((await job.finished()).status).toBe('failed')
    expect(await deck.client.request('jobs.get', { job: 'two' })).toMatchObject({ status: 'failed' })
  })

  test('counts the last attempt of each handler alone, and the latest start alone', async () => {
    const deck = await openDeck()
    let isBroken = true
    const job = deck.once('in-process', { name: 'two', retry: { attempts: 2, delay: 1, jitter: false } })
    job.add(2, ({ attempt }) => (attempt === 1 ? Promise.reject(new Error('not yet')) : 'second time'))
    job.add(1, () => (isBroken ? Promise.reject(new NonRetryable('no')) : 'fine'))
    const status = async () => (await deck.client.request('jobs.get', { job: 'two' })).status
    await job.start()
    await job.finished()
    expect(await status()).toBe('failed')
    isBroken = false
    await job.start()
    await job.finished()
    expect(await status()).toBe('completed')
  })
})
