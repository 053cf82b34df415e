/** Whether all is well with a deck that is open, and how to mend what is not. */
import type { Finding } from '../../shared/contract.ts'
import type { Engine } from '../engine.ts'
import { examinePlace, fine } from './place.ts'

const MEBIBYTE = 2 ** 20
/** A write-ahead log grows beyond this only while somebody reads for very long. */
const LARGE_LOG = 256 * MEBIBYTE
/** What is not in use is given back in steps; so much of it, and a quarter, is left lying about. */
const MUCH_FREE = 64 * MEBIBYTE
/** Clocks of one machine differ by less, in ms. */
const CLOCK_TOLERANCE = 60_000
/** When this was written: no clock is right that shows less. */
const NOT_BEFORE = Date.UTC(2026, 0, 1)

type Deck = Pick<Engine, 'store' | 'clock' | 'queue'>

export async function examine(deck: Deck): Promise<Finding[]> {
  const now = deck.clock.now()
  return [
    programs(deck),
    ...(await examinePlace(deck.store.file, now)),
    ...database(deck),
    ...activity(deck),
    clock(deck, now),
  ]
}

const programs = ({ store }: Deck): Finding =>
  fine('versions', `Node.js ${process.versions.node}, SQLite ${store.describe().sqlite}`)

function database({ store }: Deck): Finding[] {
  const { database, writeAheadLog, free } = store.statistics.sizes(1)
  const inMebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(1)} MB`
  const size = `the database has ${inMebibytes(database)}, its write-ahead log ${inMebibytes(writeAheadLog)}`
  const findings: Finding[] = []
  if (writeAheadLog > LARGE_LOG) {
    findings.push({
      check: 'size',
      state: 'warning',
      message: `${size}: it cannot be brought in while a program reads without end`,
      mend: 'Close the programs that have the deck open, one after the other: jobdeck queue --json names them.',
    })
  }
  if (free > MUCH_FREE && free > database / 4) {
    findings.push({
      check: 'size',
      state: 'warning',
      message: `${size}; ${inMebibytes(free)} of it are not in use`,
      mend: 'Give that back to the disk: jobdeck clean',
    })
  }
  const trouble = store.trouble()
  if (trouble) {
    findings.push({
      check: 'writing',
      state: 'problem',
      message: `nothing can be written at present: ${trouble.message}`,
      mend: 'It goes on by itself once that is mended.',
    })
  }
  return findings.length > 0 ? findings : [fine('size', `${size}; ${inMebibytes(free)} are not in use`)]
}

function activity({ queue }: Deck): Finding[] {
  const { hosts, planner, waiting, pauses } = queue()
  const names = hosts.map(
    ({ kind, processId, version }) => `${kind} (process ${processId}, version ${version})`,
  )
  const who = names.length > 0 ? `open in ${names.join(', ')}` : 'open in no program that runs jobs'
  const findings: Finding[] = [
    planner || waiting === 0
      ? fine('programs', `${who}; ${planner ? 'what waits for anybody is run' : 'nothing waits'}`)
      : {
          check: 'programs',
          state: 'warning',
          message: `${waiting} ${waiting === 1 ? 'run waits' : 'runs wait'}, and the deck is ${who} that runs what waits for anybody`,
          mend: 'Open the deck in a program that stays: one that uses the library.',
        },
  ]
  if (pauses.some(({ target }) => target === 'deck')) {
    findings.push({
      check: 'pause',
      state: 'warning',
      message: 'the whole deck is paused: nothing begins by itself',
      mend: 'Let it go on: jobdeck resume --deck',
    })
  }
  return findings
}

/** What is stored cannot be of the future. */
function clock({ store }: Deck, now: number): Finding {
  const [entry] = store.trail.list({ limit: 1 })
  const [execution] = store.executions.list({ limit: 1 })
  const latest = Math.max(entry?.at ?? 0, execution?.queuedAt ?? 0)
  const shown = new Date(now).toISOString()
  if (latest > now + CLOCK_TOLERANCE || now < NOT_BEFORE) {
    const why = latest > now ? `, and the deck holds something of ${new Date(latest).toISOString()}` : ''
    const mend = 'Set the clock of this machine, best by itself over the network.'
    return { check: 'clock', state: 'problem', message: `the clock shows ${shown}${why}`, mend }
  }
  return fine('clock', `the clock shows ${shown}, after all that the deck holds`)
}
