import { expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'

test('a command runs, and its lines are shown and its exit code told', async () => {
  const { code, stdout } = await jobdeck(['run', '--', 'sh', '-c', 'echo hello'])
  expect(stdout).toContain('hello')
  expect(code).toBe(0)
})
