/**
 * What people look at, on a deck of ten thousand runs and on one of a million: the time of the slower ones, p95.
 * JOBDECK_BENCH_EXECUTIONS and JOBDECK_BENCH_LINES set how large the large one is.
 */
import { join } from 'node:path'
import { open, type Deck } from 'jobdeck'
import { makeDeck } from './decks.ts'
import { temporaryFolder } from './folder.ts'
import { percentile, report } from './report.ts'

const EXECUTIONS = Number(process.env.JOBDECK_BENCH_EXECUTIONS ?? 1_000_000)
const LINES = Number(process.env.JOBDECK_BENCH_LINES ?? 2_000_000)
const SMALL = 10_000
const ROUNDS = 200
const DAY = 86_400_000

const folder = temporaryFolder()

async function deckOf(executions: number, lines: number): Promise<Deck> {
  const file = join(folder, `${executions}.db`)
  await makeDeck(file, { executions, lines })
  return open({ file })
}

const small = await deckOf(SMALL, (LINES / EXECUTIONS) * SMALL)
const large = await deckOf(EXECUTIONS, LINES)

/** A page of a window. */
const limit = 50
const sorts = ['queuedAt', 'startedAt', 'endedAt', 'durationMs'] as const
/** The small deck is of two days: what is asked of a time lies within them, so that the answers are as long. */
const from = Date.now() - 1.5 * DAY
const to = from + DAY
type Ask = (deck: Deck, newest: number) => Promise<unknown>
const asks: Record<string, Ask> = {
  'first page of runs': ({ client }) => client.request('executions.list', { limit }),
  'page of runs far down, by key': ({ client }, newest) =>
    client.request('executions.list', { limit, after: Math.floor(newest / 2) }),
  'tenth page of runs, by number, with the total': (deck) => deck.listExecutions({}, 10),
  'failed runs': ({ client }) => client.request('executions.list', { statuses: ['failed'], limit }),
  'runs of several statuses, far down': ({ client }, newest) =>
    client.request('executions.list', {
      statuses: ['failed', 'cancelled'],
      limit,
      after: Math.floor(newest / 2),
    }),
  'runs of a job': ({ client }) => client.request('executions.list', { job: 'job 7', limit }),
  'failed runs of a job': ({ client }) =>
    client.request('executions.list', { job: 'job 20', statuses: ['failed'], limit }),
  'runs of a category': ({ client }) => client.request('executions.list', { category: 'group 3', limit }),
  'runs queued on a day': ({ client }) => client.request('executions.list', { from, to, limit }),
  'runs that began on a day, by their length': ({ client }) =>
    client.request('executions.list', { startedFrom: from, startedTo: to, sort: 'durationMs', limit }),
  'failed runs that ended on a day': ({ client }) =>
    client.request('executions.list', { endedFrom: from, endedTo: to, statuses: ['failed'], limit }),
  'runs that took long': ({ client }) => client.request('executions.list', { minDuration: 45_000, limit }),
  'runs that somebody started by hand, which is none': ({ client }) =>
    client.request('executions.list', { triggers: ['manual'], limit }),
  'failed runs of a category, of which there are none': ({ client }) =>
    client.request('executions.list', { category: 'group 3', statuses: ['failed'], limit }),
  ...Object.fromEntries(
    sorts.flatMap((sort): [string, Ask][] => [
      [`runs by ${sort}`, ({ client }) => client.request('executions.list', { sort, limit })],
      [
        `runs by ${sort}, far down`,
        ({ client }, newest) =>
          client.request('executions.list', { sort, limit, after: Math.floor(newest / 2) }),
      ],
      [
        `failed runs by ${sort}`,
        ({ client }) => client.request('executions.list', { sort, statuses: ['failed'], limit }),
      ],
      [
        `runs of a job by ${sort}`,
        ({ client }) => client.request('executions.list', { job: 'job 7', sort, limit }),
      ],
    ]),
  ),
  'runs by a word in the name of their job': ({ client }) =>
    client.request('executions.list', { text: 'JOB 4', limit }),
  'how many completed': ({ client }) => client.request('executions.count', { statuses: ['completed'] }),
  'how many, exactly': ({ client }) => client.request('executions.count', { exact: true }),
  'how many of a job, exactly': ({ client }) =>
    client.request('executions.count', { job: 'job 7', exact: true }),
  'a run': ({ client }, newest) => client.request('executions.get', { execution: Math.floor(newest / 2) }),
  jobs: ({ client }) => client.request('jobs.list', { limit }),
  'jobs by their last run': ({ client }) =>
    client.request('jobs.list', { sort: 'lastRun', descending: true, limit }),
  'jobs that failed': ({ client }) => client.request('jobs.list', { statuses: ['failed'], limit }),
  'a job': ({ client }) => client.request('jobs.get', { job: 'job 7' }),
  categories: ({ client }) => client.request('categories.list', {}),
  trail: ({ client }) => client.request('trail.list', { limit }),
  'statistics of a job over a day': ({ client }) =>
    client.request('statistics.get', { job: 'job 7', from, to }),
  'statistics of a category over a day': ({ client }) =>
    client.request('statistics.get', { category: 'group 3', from, to }),
  'statistics over a day': ({ client }) => client.request('statistics.get', { from, to }),
  queue: ({ client }) => client.request('queue.get', {}),
  'end of a log': ({ client }, newest) =>
    client.request('logs.list', { execution: Math.ceil(newest / 2), last: true, limit: 100 }),
  'middle of a log': ({ client }, newest) =>
    client.request('logs.list', { execution: Math.ceil(newest / 2), after: 50, limit: 100 }),
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

for (const [name, ask] of Object.entries(asks)) {
  const times: [number[], number[]] = [[], []]
  for (let round = -5; round < ROUNDS; round++) {
    for (const [index, [deck, newest]] of (
      [
        [small, SMALL],
        [large, EXECUTIONS],
      ] as const
    ).entries()) {
      const taken = await time(() => ask(deck, newest))
      if (round >= 0) times[index]!.push(taken)
    }
  }
  const [few, many] = times.map((all) => percentile(all, 0.95)) as [number, number]
  report({
    name: `${name}, of ${EXECUTIONS.toLocaleString('en')} runs, p95`,
    value: many,
    unit: 'ms',
    yardstick: `of ${SMALL.toLocaleString('en')} runs`,
    yardstickValue: few,
    bar: 1.5,
    more: 'worse',
  })
}
process.exit()
