import { expect, test } from 'vitest'
import { maskEnvironment } from '../../src/core/executors/environment.ts'

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
