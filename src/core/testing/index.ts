/**
 * For the tests of programs that use Jobdeck: a deck whose time the test moves, so that an hour takes a moment.
 *
 * ```ts
 * await using deck = await openTestDeck()
 * const job = deck.once('in-process', { name: 'Sync', retry: { attempts: 2, delay: '1h', maxDelay: '1h', jitter: false } })
 * job.add(1, sync)
 * await job.start()
 * await deck.advance('1h') // the second attempt has begun
 * ```
 */
export { createTestClock, type TestClock, type TestClockOptions } from './clock.ts'
export { openTestDeck, TestDeck, type TestDeckOptions } from './deck.ts'
