/** Trivial shell commands at the default limits, and how soon one speaks. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { open } from 'jobdeck'
import { temporaryFolder } from './folder.ts'
import { inTurn, rate, report } from './report.ts'

const COUNT = 200
const slots = availableParallelism()
const SHELL = { shell: 'true' }
/** Tells when it speaks, in ns since 1970. */
const SPEAKING = ['date', '+%s%N']

const deck = await open({ file: join(temporaryFolder(), 'jobs.db') })
const job = deck.once('process', { name: 'trivial', maxWorkers: 1000 }).add(0, SHELL)
const speaking = deck.once('process', { name: 'speaking' }).add(0, { command: SPEAKING })

async function throughEngine() {
  const started = await Promise.all(Array.from({ length: COUNT }, () => job.start()))
  await Promise.all(started.flat().map((run) => run.finished()))
}

async function bareSpawn() {
  let left = COUNT
  const one = async () => {
    while (left-- > 0)
      await once(spawn('/bin/sh', ['-c', SHELL.shell], { stdio: ['ignore', 'pipe', 'pipe'] }), 'close')
  }
  await Promise.all(Array.from({ length: slots }, one))
}

const wall = () => performance.timeOrigin + performance.now()
const isTime = (text: string) => Number(BigInt(text.trim()) / 1000n) / 1000

async function engineSpeaks(): Promise<number> {
  const start = wall()
  const [run] = await speaking.start()
  await run!.finished()
  for await (const { message } of run!.logs()) return isTime(message) - start
  throw new Error('it said nothing')
}

async function spawnSpeaks(): Promise<number> {
  const start = wall()
  const child = spawn(SPEAKING[0]!, SPEAKING.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  await once(child, 'close')
  return isTime(text.toString()) - start
}

const rates = await inTurn(5, {
  engine: () => rate(COUNT, throughEngine),
  bare: () => rate(COUNT, bareSpawn),
})
report({
  name: '200 shell commands',
  value: rates.engine,
  unit: 'jobs/s',
  yardstick: `bare spawn, ${slots} at a time`,
  yardstickValue: rates.bare,
  bar: 0.6,
})
const times = await inTurn(40, { engine: engineSpeaks, bare: spawnSpeaks })
report({
  name: 'run now to first output, p50',
  value: times.engine,
  unit: 'ms',
  yardstick: 'bare spawn',
  yardstickValue: times.bare,
  bar: 2,
  more: 'worse',
})
process.exit()
