/** From `start()` to the first line of the handler, where its place is warm. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { open, type Job } from 'jobdeck'
import { temporaryFolder } from './folder.ts'
import { median, percentile, report } from './report.ts'
import { rawCommit } from './yardsticks/raw-sqlite.ts'

const ROUNDS = 40
/** Until the place that was used has been replaced, in ms. */
const REFILL = 250

/** A clock that all processes of the machine share, in ms. */
const now = () => Number(process.hrtime.bigint()) / 1e6

const folder = temporaryFolder()
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const CLOCK = 'Number(process.hrtime.bigint()) / 1e6'

const deck = await open({ file: join(folder, 'jobs.db') })
const handler = { file: file('handler.mjs', `export default () => ${CLOCK}`) }
const jobs = {
  inline: deck.once('in-process', { name: 'inline' }).add(0, () => now()),
  thread: deck.once('in-process', { name: 'thread' }).add(0, handler),
  child: deck.once('process', { name: 'child' }).add(0, handler),
}
async function engine(job: Job): Promise<number> {
  const start = now()
  await job.start()
  const { result } = await job.finished()
  return (result as number) - start
}

const worker = new Worker(
  `const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage(${CLOCK}))`,
  { eval: true },
)
async function message(): Promise<number> {
  const start = now()
  worker.postMessage(null)
  const [arrived] = (await once(worker, 'message')) as [number]
  return arrived - start
}
const bare = file('bare.mjs', `process.send(${CLOCK}); process.disconnect()`)
async function bareFork(): Promise<number> {
  const start = now()
  const [arrived] = (await once(fork(bare), 'message')) as [number]
  return arrived - start
}
const commit = rawCommit(join(folder, 'commit.db'))

const sides = {
  inline: () => engine(jobs.inline),
  thread: () => engine(jobs.thread),
  child: () => engine(jobs.child),
  message,
  fork: bareFork,
  commit,
}
const found = Object.fromEntries(Object.keys(sides).map((side) => [side, [] as number[]]))
for (let round = -2; round < ROUNDS; round++) {
  for (const [side, measure] of Object.entries(sides)) {
    const time = await measure()
    if (round >= 0) found[side]!.push(time)
    if (side === 'thread' || side === 'child') await wait(REFILL)
  }
}
const p50 = (side: keyof typeof sides) => median(found[side]!)
const warm = 'a message to a warm worker and one commit, p50'
const both = p50('message') + p50('commit')
report({
  name: 'start to first line, function, p50',
  value: p50('inline'),
  unit: 'ms',
  yardstick: warm,
  yardstickValue: both,
})
report({
  name: 'start to first line, warm thread, p50',
  value: p50('thread'),
  unit: 'ms',
  yardstick: warm,
  yardstickValue: both,
  bar: 3,
  more: 'worse',
})
report({
  name: 'start to first line, warm child, p50',
  value: p50('child'),
  unit: 'ms',
  yardstick: 'a bare fork, p50',
  yardstickValue: p50('fork'),
  bar: 0.25,
  more: 'worse',
})
for (const side of ['inline', 'thread', 'child'] as const) {
  report({ name: `start to first line, ${side}, p99`, value: percentile(found[side]!, 0.99), unit: 'ms' })
}
process.exit()
