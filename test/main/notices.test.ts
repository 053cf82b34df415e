import { expect, test } from 'vitest'
import { noticeOf, type Ended } from '../../src/main/notices.ts'

const LONG = 600_000
const run = (changes: Partial<Ended>): Ended => ({
  id: 2,
  jobName: 'Backup',
  status: 'completed',
  error: null,
  retryId: null,
  exitCode: null,
  stopReason: null,
  durationMs: 5000,
  ...changes,
})
const failed = (message: string, changes: Partial<Ended> = {}) =>
  run({ status: 'failed', error: { name: 'Error', message }, ...changes })

test.each<[string, Ended, Ended | undefined, string | undefined]>([
  ['the first failure', failed('no space'), run({}), 'Backup failed'],
  ['a failure of the first run', failed('no space'), undefined, 'Backup failed'],
  ['the same failure again', failed('no space'), failed('no space'), undefined],
  ['the same but for its numbers', failed('took 31 s'), failed('took 8 s'), undefined],
  ['another failure', failed('no network'), failed('no space'), 'Backup failed in another way'],
  [
    'another exit code',
    failed('it exited', { exitCode: 2 }),
    failed('it exited', { exitCode: 1 }),
    'Backup failed in another way',
  ],
  ['a failure that is tried again', failed('no space', { retryId: 3 }), run({}), undefined],
  ['too long', run({ status: 'timeout' }), run({}), 'Backup took too long'],
  ['cut off', run({ status: 'interrupted' }), run({}), 'Backup was cut off'],
  ['a recovery', run({}), failed('no space'), 'Backup works again'],
  ['nothing new', run({}), run({}), undefined],
  ['the first success', run({}), undefined, undefined],
  ['what took long', run({ durationMs: LONG }), run({}), 'Backup is done'],
  ['what took long and was stopped', run({ durationMs: LONG, status: 'cancelled' }), run({}), undefined],
  ['stopped by a person', run({ status: 'cancelled' }), run({}), undefined],
])('%s', (_, now, before, title) => {
  expect(noticeOf(now, before, null, LONG)?.title).toBe(title)
})

test('what keeps crashing is told once it is given up, not each time', () => {
  expect(noticeOf(failed('x'), failed('x'), null, LONG)).toBeUndefined()
  expect(noticeOf(failed('x'), failed('x'), 'keeps-crashing', LONG)?.title).toBe('Backup keeps crashing')
})

test('what took long says how long, and nobody is told who does not want to be', () => {
  expect(noticeOf(run({ durationMs: 3_723_456 }), run({}), null, LONG)?.body).toBe('It took 1h2m3s.')
  expect(noticeOf(run({ durationMs: 3_723_456 }), run({}), null, null)).toBeUndefined()
})
