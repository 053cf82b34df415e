/** No-op executions through their whole durable life: queued, running and completed, each committed. */
import { join } from 'node:path'
import { open } from 'jobdeck'
import { temporaryFolder } from './folder.ts'
import { inTurn, rate, report } from './report.ts'
import { plainjob } from './yardsticks/plainjob.ts'
import { rawCommit, rawExecutions } from './yardsticks/raw-sqlite.ts'

const CONCURRENCY = 16
const ROUNDS = 5
/** So that the rounds come to 20,000. */
const COUNT = 4000

/** @returns the function that starts so many, `concurrency` at a time, each when one before it has ended */
async function engine(file: string, durability: 'full' | 'normal', concurrency: number) {
  const deck = await open({ file, durability })
  const job = deck.once('in-process', { name: 'no-op', maxWorkers: concurrency }).add(0, () => {})
  const waiting = new Map<number, () => void>()
  deck.on('execution', ({ id, status }) => {
    if (status !== 'completed') return
    waiting.get(id)?.()
    waiting.delete(id)
  })
  return async (count: number) => {
    let left = count
    const one = async () => {
      while (left-- > 0) {
        const [run] = await job.start()
        await new Promise<void>((resolve) => waiting.set(run!.id, resolve))
      }
    }
    await Promise.all(Array.from({ length: concurrency }, one))
  }
}

const folder = temporaryFolder()
const file = (name: string) => join(folder, `${name}.db`)

const full = await engine(file('full'), 'full', CONCURRENCY)
const normal = await engine(file('normal'), 'normal', CONCURRENCY)
const single = await engine(file('single'), 'full', 1)
const raw = await rawExecutions(file('raw'), 'full', CONCURRENCY)
const rawNormal = await rawExecutions(file('raw-normal'), 'normal', CONCURRENCY)
const rawSingle = await rawExecutions(file('raw-single'), 'full', 1)
const peer = plainjob(file('plainjob'))
const commit = rawCommit(file('commit'))

const found = await inTurn(ROUNDS, {
  full: () => rate(COUNT, () => full(COUNT)),
  raw: () => rate(COUNT, () => raw(COUNT)),
  normal: () => rate(COUNT, () => normal(COUNT)),
  rawNormal: () => rate(COUNT, () => rawNormal(COUNT)),
  peer: () => rate(COUNT, () => peer(COUNT)),
  single: () => rate(COUNT / 8, () => single(COUNT / 8)),
  rawSingle: () => rate(COUNT / 8, () => rawSingle(COUNT / 8)),
  commit,
})
const of = { value: found.full, unit: 'executions/s' }
report({
  name: 'lifecycle at 16, FULL',
  ...of,
  yardstick: 'raw SQLite, the same writes, FULL',
  yardstickValue: found.raw,
  bar: 0.4,
})
report({
  name: 'lifecycle at 16, NORMAL',
  ...of,
  value: found.normal,
  yardstick: 'plainjob, NORMAL',
  yardstickValue: found.peer,
  bar: 4,
})
// The most that any engine could reach with the tables of a deck.
report({
  name: 'raw SQLite, the same writes, NORMAL',
  ...of,
  value: found.rawNormal,
  yardstick: 'plainjob, NORMAL',
  yardstickValue: found.peer,
})
report({
  name: 'lifecycle at 16, FULL, against NORMAL',
  ...of,
  yardstick: 'plainjob, NORMAL',
  yardstickValue: found.peer,
})
report({
  name: 'lifecycle one after the other, FULL',
  ...of,
  value: found.single,
  yardstick: 'raw SQLite, the same writes, FULL',
  yardstickValue: found.rawSingle,
})
report({ name: 'one commit, FULL, p50', value: found.commit, unit: 'ms' })
process.exit()
