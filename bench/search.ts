/**
 * A word looked for in the logs of all runs. JOBDECK_BENCH_LINES sets how many lines there are, of a tenth as many
 * runs; JOBDECK_BENCH_DECK names a deck to take instead.
 */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { open, type SearchFilter } from 'jobdeck'
import { makeDeck } from './decks.ts'
import { temporaryFolder } from './folder.ts'
import { inTurn, median, rate, report } from './report.ts'

const wanted = Number(process.env.JOBDECK_BENCH_LINES ?? 1_000_000)
const given = process.env.JOBDECK_BENCH_DECK
const file = given ?? join(temporaryFolder(), 'jobs.db')
if (!given) await makeDeck(file, { executions: wanted / 10, lines: wanted })

/** In no line: everything is looked through. */
const NOWHERE = 'zebra'
/** In the oldest runs alone. */
const OLDEST = 'request 17 to'

const deck = await open({ file })
const bare = new Database(file, { readonly: true })
bare.pragma('cache_size = -8192')
const lines = bare.prepare('select count(*) from logs').pluck().get() as number
const like = bare.prepare(`select count(*) from logs where message like ?`).pluck()

const delays: number[] = []
/** How many a second are looked through. */
async function search(filter: SearchFilter): Promise<number> {
  await nextTurn() // the yardstick has held the loop
  const monitor = monitorEventLoopDelay({ resolution: 1 })
  monitor.enable()
  const found = await rate(lines, async () => {
    for await (const hit of deck.searchLogs(filter))
      throw new Error(`what is nowhere was found: ${hit.message}`)
  })
  monitor.disable()
  delays.push(monitor.max / 1e6)
  return found
}

async function firstHit(filter: SearchFilter): Promise<number> {
  const start = performance.now()
  for await (const _ of deck.searchLogs(filter)) return performance.now() - start
  throw new Error('nothing was found')
}

const found = await inTurn(3, {
  search: () => search({ text: NOWHERE }),
  bare: () => rate(lines, () => like.get(`%${NOWHERE}%`)),
})
const yardstick = 'a bare LIKE scan of the same file'
const common = { unit: 'lines/s', yardstick, yardstickValue: found.bare }
report({ name: `search of ${lines} lines`, value: found.search, ...common, bar: 0.6 })
report({
  name: 'event loop while it searches, max of a search',
  value: median(delays),
  unit: 'ms',
  yardstick: 'ms',
  yardstickValue: 1,
  bar: 20,
  more: 'worse',
})

const others: Record<string, SearchFilter> = {
  'from level warn on': { text: NOWHERE, level: 'warn' },
  'of a time': { text: NOWHERE, since: 1, until: Date.now() },
  'in another script': { text: 'МЕДВЕДЬ' },
  'by a pattern': { pattern: `${NOWHERE}\\d` },
}
for (const [name, filter] of Object.entries(others))
  report({ name: `search ${name}`, value: await search(filter), ...common })

const latencies: number[] = []
for (let round = 0; round < 20; round++) latencies.push(await firstHit({ text: 'took 5 ms' }))
report({ name: 'first hit of a common word, p50', value: median(latencies), unit: 'ms' })
report({
  name: 'first hit of a word that only the oldest run has',
  value: await firstHit({ text: OLDEST }),
  unit: 'ms',
})
await deck.close()
bare.close()
process.exit()
