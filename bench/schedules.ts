/** What planning costs: a tick among many schedules, how late jobs begin, and a month that was missed. */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { open, type Deck } from 'jobdeck'
import { createTestClock, openTestDeck } from 'jobdeck/testing'
import { temporaryFolder } from './folder.ts'
import { median, percentile, report } from './report.ts'

const DUE = 10
const TICKS = 16
const DAY = 86_400_000
const folder = temporaryFolder()

/** The median time from the moment at which ten of so many jobs are due until they have their place in the ledger, in ms. */
async function tick(count: number): Promise<number> {
  const file = join(folder, `${count}.db`)
  const clock = createTestClock()
  const first = await openTestDeck({ file, clock })
  const save = (name: string, cron: string, deck: Deck = first) =>
    deck
      .cron('in-process', { name, overlap: 'queue-all' }, cron)
      .add(0, () => {})
      .save()
  await save('far', '0 0 1 7 *')
  for (let index = 0; index < DUE; index++) await save(`due ${index}`, '* * * * *')
  await first.close()
  multiply(file, 'far', count - DUE - 1)
  const deck = await openTestDeck({ file, clock })
  for (let index = 0; index < DUE; index++) await save(`due ${index}`, '* * * * *', deck)
  const times: number[] = []
  for (let round = 0; round < TICKS; round++) {
    await clock.advance('59s')
    const start = performance.now()
    await clock.advance('1s')
    times.push(performance.now() - start)
  }
  await deck.close()
  return median(times.slice(TICKS / 4))
}

/** Copies a job and its plan, by SQL alone. */
function multiply(file: string, key: string, count: number): void {
  const database = new Database(file)
  const columns = (table: string) =>
    (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
  const copy = (table: string, own: Record<string, string>, where: string) =>
    database
      .prepare(
        `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})
         insert into ${table} (${columns(table).join(', ')})
         select ${columns(table)
           .map((name) => own[name] ?? `one.${name}`)
           .join(', ')} from n, ${table} as one where ${where}`,
      )
      .run()
  const id = database.prepare<[string]>('select id from jobs where key = ?').pluck().get(key) as string
  database.transaction(() => {
    copy('jobs', { id: "'copy' || i", key: "'copy' || i", name: "'copy ' || i" }, `one.id = '${id}'`)
    copy('plans', { job_id: "'copy' || i" }, `one.job_id = '${id}'`)
  })()
  database.close()
}

await tick(50) // warms up what all of them share
const [few, many, most] = [await tick(100), await tick(10_000), await tick(100_000)]
for (const [count, value] of [
  ['10,000', many],
  ['100,000', most],
] as const) {
  report({
    name: `a tick with ten due of ${count} schedules, p50`,
    value,
    unit: 'ms',
    yardstick: 'the same of 100',
    yardstickValue: few,
    bar: 1.5,
    more: 'worse',
  })
}

{
  const late: number[] = []
  const bare: number[] = []
  const deck = await open({ file: join(folder, 'late.db') })
  const job = deck.cron('in-process', { name: 'each second' }, '* * * * * *')
  await job.add(0, ({ plannedAt }) => late.push(Date.now() - plannedAt.getTime())).save()
  for (let round = 0; round < 30; round++) {
    const next = Math.floor(Date.now() / 1000 + 1) * 1000
    await wait(next - Date.now())
    bare.push(Math.max(1, Date.now() - next))
  }
  await deck.close()
  for (const [name, at] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    report({
      name: `how late a job of each second begins, ${name}`,
      value: percentile(late.slice(1), at),
      unit: 'ms',
      yardstick: `a bare timer, ${name}, at least 1`,
      yardstickValue: percentile(bare, at),
    })
  }
}

{
  const file = join(folder, 'month.db')
  const clock = createTestClock()
  const deck = await openTestDeck({ file, clock })
  await deck
    .cron('in-process', { name: 'each second', missed: 'skip', missedWindow: '365d' }, '* * * * * *')
    .save()
  const start = performance.now()
  await clock.jump(31 * DAY)
  report({ name: 'a missed month of each second', value: performance.now() - start, unit: 'ms' })
  await deck.close()
  const database = new Database(file)
  const rows = database
    .prepare('select count(*) as rows, sum(count) as times from occurrences where outcome = ?')
    .get('missed') as { rows: number; times: number }
  database.close()
  report({
    name: `rows for ${rows.times.toLocaleString('en')} missed times`,
    value: rows.rows,
    unit: 'rows',
    yardstick: 'one',
    yardstickValue: 1,
    bar: 1,
    more: 'worse',
  })
}
process.exit()
