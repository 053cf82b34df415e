import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { audit } from '../support/audit.ts'
import { HostProcess, carriers } from '../support/host.ts'
import { readLedger } from '../support/ledger.ts'
import { seeded } from '../support/seeded.ts'
import { workplace } from '../support/workplace.ts'

const CYCLES = Number(process.env.JOBDECK_TORTURE_CYCLES ?? 20)
const SEED = Number(process.env.JOBDECK_TEST_SEED ?? Date.now() % 1_000_000)
const PLANNED = ['function', 'thread', 'child', 'program']

/** What is wrong with a deck whose hosts are all dead, settled or not. */
function look(file: string): string[] {
  const database = new Database(file)
  const integrity = database.pragma('integrity_check', { simple: true }) as string
  const isMade = database.pragma('user_version', { simple: true }) !== 0
  database.close()
  if (!isMade) return integrity === 'ok' ? [] : [integrity] // the first host died before it made its tables
  const faults = integrity === 'ok' ? [] : [integrity]
  for (const key of PLANNED) {
    const { plan, rows, runs } = readLedger(file, key)
    if (!plan) continue
    let covered = 0
    let last = -Infinity
    for (const { firstAt, lastAt, count, executionId } of rows) {
      if (firstAt <= last) faults.push(`${key}: ${firstAt} is in two rows`)
      if (count !== (lastAt - firstAt) / 1000 + 1)
        faults.push(`${key}: ${count} from ${firstAt} to ${lastAt}`)
      last = lastAt
      if (lastAt <= plan.cursor) covered += count
      else if (executionId === null) faults.push(`${key}: ${lastAt} lies beyond ${plan.cursor}`)
    }
    const planned = Math.floor(plan.cursor / 1000) - Math.floor(plan.since / 1000)
    if (covered !== planned) faults.push(`${key}: ${covered} entries for ${planned} times`)
    const started = rows.flatMap(({ executionId }) => executionId ?? [])
    const begun = runs.filter(({ trigger }) => trigger === 'scheduled' || trigger === 'catch-up')
    if (started.join() !== [...new Set(started)].join() || started.length !== begun.length)
      faults.push(`${key}: ${begun.length} runs for ${started.length} occurrences`)
  }
  return faults
}

// A time that is lost, or runs twice, where a planner dies between two of its steps, is held up, or has a rival.
test(
  `hosts that plan are killed, stopped and set to other times ${CYCLES} times (seed ${SEED})`,
  { timeout: 60_000 + CYCLES * 10_000 },
  async () => {
    const { folder, file, env, calm } = workplace()
    const random = seeded(SEED)
    const violations: string[] = []
    let [kills, shift] = [0, 0]
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      // Mostly on, and once in a while back: by less and by more than is taken for a late timer.
      if (random() < 0.3) shift += Math.round((random() < 0.7 ? 90_000 : -60_000) * random())
      const hosts = Array.from(
        { length: random() < 0.4 ? 3 : 1 },
        () =>
          new HostProcess('planned', [file, folder, 'run'], {
            env: { ...env, JOBDECK_TEST_SHIFT: String(shift) },
          }),
      )
      // Some die while they open the deck.
      if (random() < 0.85) await Promise.all(hosts.map((host) => host.line('ready')))
      for (const host of hosts) {
        await wait(random() * 900)
        if (random() < 0.3) {
          host.child.kill('SIGSTOP')
          await wait(random() * 600)
          host.child.kill('SIGCONT')
          await wait(random() * 100)
        }
        await host.kill()
        kills++
        expect(await host.ended).toEqual({ code: null, signal: 'SIGKILL', stderr: '' })
      }
      violations.push(...look(file).map((fault) => `cycle ${cycle}: ${fault}`))
      if (violations.length > 0) break
    }
    calm()
    const last = new HostProcess('planned', [file, folder, 'calm'], {
      env: { ...env, JOBDECK_TEST_SHIFT: String(shift) },
    })
    expect(await last.ended).toEqual({ code: 0, signal: null, stderr: '' })
    violations.push(...look(file), ...audit(file, folder).faults)
    const occurrences = PLANNED.flatMap((key) => readLedger(file, key).rows)
    const count = occurrences.reduce((sum, row) => sum + row.count, 0)
    const started = occurrences.filter(({ executionId }) => executionId !== null).length
    console.log(
      JSON.stringify({ seed: SEED, cycles: CYCLES, kills, occurrences: count, started, violations }),
    )
    expect(violations).toEqual([])
    await expect.poll(() => carriers(folder), { timeout: 10_000 }).toEqual([])
  },
)
