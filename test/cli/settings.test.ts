/** `jobdeck settings`: what is set for all jobs. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder } from '../support/deck.ts'

function deck() {
  const data = join(temporaryFolder(), 'data')
  return (...args: string[]) => jobdeck(args, { data })
}

test('are shown with what they mean, set by name, and kept', async () => {
  const on = deck()
  const first = await on('settings')
  expect(first).toMatchObject({ code: 0 })
  expect(first.stdout).toMatch(/^keepRuns +1000 +ended runs/m)
  expect(first.stdout).toMatch(/^processes +null +runs in processes/m)
  const set = await on(
    'settings',
    'keepRuns=50',
    'keepFor=30d',
    'processes=4',
    'longRun=null',
    'notify=false',
  )
  expect(set.stdout).toMatch(/^keepRuns +50 /m)
  expect(set.stdout).toMatch(/^keepFor +30d /m)
  const [all] = (await on('--json', 'settings')).json()
  expect(all).toMatchObject({
    keepRuns: 50,
    keepFor: 30 * 86_400_000,
    processes: 4,
    threads: null,
    longRun: null,
    notify: false,
  })
})

test.each([
  ['keepRuns', 'wants name=value'],
  ['keepRuns=many', 'keepRuns'],
  ['processes=0', 'processes'],
  ['colour=red', 'colour'],
  ['keepFor=for ever', 'keepFor'],
  ['keepFor=30', 'keepFor'],
])('%s is refused by name, and changes nothing', async (assignment, message) => {
  const on = deck()
  const before = (await on('--json', 'settings')).stdout
  const refused = await on('settings', 'notify=false', assignment)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain(message)
  expect((await on('--json', 'settings')).stdout).toBe(before)
})
