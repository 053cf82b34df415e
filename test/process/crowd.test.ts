import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { LIMITS, RUNS } from '../fixtures/limits.ts'
import { audit } from '../support/audit.ts'
import { HostProcess } from '../support/host.ts'
import { ONCE, workplace } from '../support/workplace.ts'

const HOSTS = 3

interface Span {
  id: number
  job: string
  lane: string
  category: string | null
  from: number
  to: number
}

/** How many of the spans lay over one another at most. */
function mostAtOnce(spans: Span[]): number {
  const changes = spans.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ])
  let now = 0
  let most = 0
  // Of those in one millisecond the ends come first: a place that became free may have been taken in the same one.
  for (const { by } of changes.toSorted((a, b) => a.at - b.at || a.by - b.by))
    most = Math.max(most, (now += by))
  return most
}

test('hosts that work at once never pass a limit together, and each run is begun by one of them', async () => {
  const place = workplace()
  mkdirSync(join(place.folder, 'spans'))
  const hosts = Array.from(
    { length: HOSTS },
    () => new HostProcess('crowd', [place.file, place.folder], place),
  )
  await Promise.all(hosts.map((host) => host.line('ready')))
  writeFileSync(join(place.folder, 'go'), '')
  for (const host of hosts) expect(await host.ended).toEqual({ code: 0, signal: null, stderr: '' })

  const jobs = Object.keys(LIMITS.jobs)
  const { faults, states } = audit(place.file, place.folder)
  expect(faults).toEqual([])
  expect(states).toEqual({ completed: HOSTS * RUNS * jobs.length })

  const database = new Database(place.file, { readonly: true })
  const rows = database
    .prepare<[], Omit<Span, 'from' | 'to'>>(
      `select executions.id, jobs.name as job, lane, path as category
       from executions join jobs on jobs.id = job_id left join categories on categories.id = category_id`,
    )
    .all()
  database.close()
  const spans = rows.map((row) => {
    expect(place.evidence(row.id)).toEqual(ONCE)
    const text = readFileSync(join(place.folder, 'spans', String(row.id)), 'utf8')
    const [from, to] = text.split(' ').map(Number)
    return { ...row, from: from!, to: to! }
  })
  const most = (field: 'job' | 'lane' | 'category', value: string) =>
    mostAtOnce(spans.filter((span) => span[field] === value))
  const passed = [
    ...Object.entries(LIMITS.lanes).map(([lane, limit]) => ['lane' as const, lane, limit] as const),
    ...Object.entries(LIMITS.jobs).map(([job, limit]) => ['job' as const, job, limit] as const),
    ['category', 'narrow', LIMITS.category] as const,
  ].filter(([field, value, limit]) => most(field, value) > limit)
  expect(passed).toEqual([])
  // Else nothing would have been limited.
  expect(most('lane', 'inline')).toBeGreaterThan(1)
})
