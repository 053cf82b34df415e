/** `npm run torture [-- --cycles N] [--seed S] [--report]`: kills hosts that plan, N times, and looks at what is left. */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Only the line that tells what was found. */
    report: { type: 'boolean', default: false },
  },
})
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const { status, stdout } = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'process', 'test/process/torture.test.ts'],
  {
    env: { ...process.env, JOBDECK_TORTURE_CYCLES: values.cycles, JOBDECK_TEST_SEED: values.seed },
    stdio: ['ignore', values.report ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
  },
)
if (values.report) console.log(/\{"seed".*\}/.exec(stdout)?.[0] ?? stdout)
process.exitCode = status ?? 1
