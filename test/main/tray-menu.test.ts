import { expect, test } from 'vitest'
import { iconOf, menuOf, pauseEnd, tooltipOf, type TrayState } from '../../src/main/tray-menu.ts'

const NOW = new Date(2026, 10, 24, 21, 0).getTime()
const IDLE: TrayState = {
  running: [],
  count: 0,
  next: [],
  pinned: [],
  pause: undefined,
  failing: 0,
  now: NOW,
}
const labels = (state: TrayState) => menuOf(state).map((line) => (line === 'separator' ? '-' : line.label))

test('an idle deck', () => {
  expect(labels(IDLE)).toEqual([
    'Nothing runs',
    '-',
    'Nothing is planned',
    '-',
    'Pause for an hour',
    'Pause until tomorrow',
    '-',
    'Open Jobdeck',
    'Quit Jobdeck',
  ])
  expect(iconOf(IDLE)).toBe('idle')
  expect(tooltipOf(IDLE)).toBe('Jobdeck: nothing runs')
})

test('what runs is shown with how far it is, and opens its run', () => {
  const state = { ...IDLE, running: [{ id: 7, jobName: 'R&D copy', progress: 41.9 }], count: 3 }
  expect(menuOf(state).slice(0, 2)).toEqual([
    { label: 'R&&D copy  41 %', action: { do: 'show', run: 7 } },
    { label: '2 more', action: { do: 'open' } },
  ])
  expect(iconOf(state)).toBe('running')
})

test('what needs a person counts more than what runs', () => {
  expect(iconOf({ ...IDLE, count: 1, failing: 1 })).toBe('needs-you')
})

test('a pause can be ended, and is not set a second time', () => {
  const until = new Date(2026, 10, 25, 6, 0).getTime()
  expect(labels({ ...IDLE, pause: { until } })).toContain('Paused until Wed 25 06:00')
  expect(labels({ ...IDLE, pause: { until: null } })).toContain('Resume')
  expect(labels({ ...IDLE, pause: { until: null } }).join()).not.toContain('Pause for')
})

test('a pause begins when it is chosen, not when the menu was made', () => {
  // Would catch a menu that is another each second, and is made anew under the pointer.
  expect(menuOf({ ...IDLE, now: NOW + 1000 })).toEqual(menuOf(IDLE))
  expect(menuOf(IDLE)).toContainEqual({
    label: 'Pause for an hour',
    action: { do: 'pause', for: 'hour' },
  })
  expect(pauseEnd('hour', NOW)).toBe(NOW + 3600_000)
})

test('until tomorrow ends at six, on the clock', () => {
  expect(menuOf(IDLE)).toContainEqual({
    label: 'Pause until tomorrow',
    action: { do: 'pause', for: 'tomorrow' },
  })
  expect(pauseEnd('tomorrow', NOW)).toBe(new Date(2026, 10, 25, 6, 0).getTime())
})

test('a long name is cut between its characters', () => {
  const next = [{ name: '📦'.repeat(60), dueAt: NOW }]
  expect(labels({ ...IDLE, next })).toContain(`21:00  ${'📦'.repeat(39)}…`)
})

test('pinned jobs are offered to be started', () => {
  const state = { ...IDLE, pinned: [{ id: 'abc', name: 'Sync & go' }] }
  expect(menuOf(state)).toContainEqual({ label: 'Run Sync && go', action: { do: 'start', job: 'abc' } })
})
