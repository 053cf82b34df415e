/** What starting costs behind a job that has 20,000 executions waiting and no room for them. */
import { join } from 'node:path'
import { open, type Deck } from 'jobdeck'
import { temporaryFolder } from './folder.ts'
import { inTurn, rate, report } from './report.ts'

const WAITING = 20_000
const COUNT = 200

const folder = temporaryFolder()

function starter(deck: Deck) {
  const job = deck.once('in-process', { name: 'free' }).add(0, () => {})
  return async () => {
    for (let index = 0; index < COUNT; index++) {
      await job.start()
      await job.finished()
    }
  }
}

const empty = await open({ file: join(folder, 'empty.db') })
const crowded = await open({ file: join(folder, 'crowded.db') })
const saturated = crowded.once('in-process', { name: 'saturated' }).add(0, () => new Promise(() => {}))
for (let queued = 0; queued < WAITING; queued += 500) {
  await Promise.all(Array.from({ length: 500 }, () => saturated.start()))
}
const [alone, behind] = [starter(empty), starter(crowded)]
const found = await inTurn(5, { alone: () => rate(COUNT, alone), behind: () => rate(COUNT, behind) })
report({
  name: 'one after the other, behind 20,000 that wait',
  value: found.behind,
  unit: 'executions/s',
  yardstick: 'the same on an empty deck',
  yardstickValue: found.alone,
  bar: 0.7,
})
process.exit()
