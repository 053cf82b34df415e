/** Lines of one child that logs as fast as it may, to their commit. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { open } from 'jobdeck'
import { temporaryFolder } from './folder.ts'
import { inTurn, percentile, rate, report } from './report.ts'
import { rawLogs } from './yardsticks/raw-sqlite.ts'

const LINES = 200_000
/** As many lines as the engine puts into one commit. */
const BATCH = 1000
const TEXT = 'a line of a log that says as much as lines say'

const folder = temporaryFolder()
const file = join(folder, 'flood.mjs')
writeFileSync(
  file,
  `export default ({ info }) => { for (let line = 0; line < ${LINES}; line++) info('${TEXT} ' + line) }`,
)
const deck = await open({ file: join(folder, 'jobs.db') })
const job = deck.once('process', { name: 'flood', logLines: 10_000_000, logBytes: '1GB' }).add(0, { file })
const raw = await rawLogs(join(folder, 'raw.db'), BATCH)

const delays: number[] = []
const commits: number[] = []
const found = await inTurn(5, {
  engine: async () => {
    await nextTurn() // the yardstick has held the loop
    const monitor = monitorEventLoopDelay({ resolution: 1 })
    monitor.enable()
    const value = await rate(LINES, async () => {
      await job.start()
      const { executions } = await job.finished()
      if (executions[0]!.logCount !== LINES) throw new Error('lines are missing')
    })
    monitor.disable()
    delays.push(monitor.percentile(99.9) / 1e6)
    return value
  },
  raw: () => rate(LINES, () => commits.push(...raw(LINES, (line) => `${TEXT} ${line}`))),
})
report({
  name: 'log lines of one child',
  value: found.engine,
  unit: 'lines/s',
  yardstick: 'raw batched inserts',
  yardstickValue: found.raw,
  bar: 0.4,
})
const fsync = percentile(commits, 0.999)
const blocked = Math.max(...delays)
report({
  name: 'event loop while it logs, p99.9',
  value: blocked,
  unit: 'ms',
  yardstick: 'a raw commit, p99.9',
  yardstickValue: fsync,
})
report({
  name: 'event loop while it logs, p99.9, without a commit',
  value: Math.max(0, blocked - fsync),
  unit: 'ms',
  yardstick: 'ms',
  yardstickValue: 1,
  bar: 50,
  more: 'worse',
})
process.exit()
