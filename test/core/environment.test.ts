import { expect, test } from 'vitest'
import { maskEnvironment } from '../../src/core/executors/environment.ts'
import { collect, openDeck } from '../support/deck.ts'

test('a parameter that no variable can hold is said to be missing there, and is in the file', async () => {
  const deck = await openDeck()
  const params = { fits: 'ä'.repeat(15_000), 'too-long': `${'ä'.repeat(15_000)}!`, cut: 'a\0b', list: [1] }
  const shell =
    'echo "${#JOBDECK_PARAM_FITS} ${JOBDECK_PARAM_TOO_LONG-none}"; cat "$JOBDECK_PARAMS_FILE" > "$JOBDECK_OUTPUT"'
  const job = deck.once('process', { name: 'long', params, environment: { LC_ALL: 'C' } }).add(0, { shell })
  const [execution] = await job.start()
  expect(await job.finished()).toMatchObject({ status: 'completed', result: params })
  const log = await collect(execution!.logs())
  const where = 'it is in the file that JOBDECK_PARAMS_FILE names'
  expect(log.map(({ level, message }) => `${level} ${message}`)).toEqual([
    `warn the parameter "too-long" is not in JOBDECK_PARAM_TOO_LONG, since it has 30,001 bytes and 30,000 fit: ${where}`,
    `warn the parameter "cut" is not in JOBDECK_PARAM_CUT, since it has a NUL character: ${where}`,
    'info 30000 none',
  ])
})

test.each([
  ['postgres://me:secret@host/db', 'postgres://me:***@host/db'],
  ['a https://x:1@b c git+ssh://y:2@d', 'a https://x:***@b c git+ssh://y:***@d'],
  ['redis://:secret@host', 'redis://:***@host'],
  ['http://host:80/a@b', 'http://host:80/a@b'],
  ['mail me@host: or you@host', 'mail me@host: or you@host'],
])('a password in an address is masked, and nothing else: %s', (value, shown) => {
  expect(maskEnvironment({ VALUE: value })).toEqual({ VALUE: shown })
})

test.each([
  ['letters and dots', 'a.'.repeat(2_500_000)],
  ['beginnings of addresses', 'a://'.repeat(1_250_000)],
  ['colons after a beginning', `a://${':'.repeat(5_000_000)}`],
])('5 MB of %s are read once, not once per character', (_, value) => {
  expect(maskEnvironment({ VALUE: value }).VALUE).toBe(value)
})
