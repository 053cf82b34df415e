import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import type { Settings, SweepReport } from '../shared/contract.ts'
import type { Folders } from './folders.ts'
import type { Store } from './store/store.ts'

const DAY = 86_400_000
/** How long what was removed can be brought back, in ms. */
export const UNDO_TIME = DAY
/** What is set for a deck where nobody says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  keepRuns: 1000,
  keepFor: 90 * DAY,
  keepSize: 2 * 1024 ** 3,
  processes: null,
  threads: null,
  notify: true,
  longRun: 10 * 60_000,
  pinned: [],
}

/** So many runs are kept of a daemon: each is a restart. */
const DAEMON_RUNS = 100
/** Runs looked for at once. */
const BATCH = 250
/** A write-ahead log longer than this is shortened, in bytes. */
const LOG_LIMIT = 16 * 1024 ** 2

export interface SweepParts {
  store: Store
  clock: Clock
  folders: Folders
}

export interface SweepOptions {
  keep: Pick<Settings, 'keepRuns' | 'keepFor' | 'keepSize'>
  /** What was removed at most so many milliseconds ago is left, since it may be brought back. */
  undoTime: number
  /** Only counts. */
  dryRun?: boolean
  /** Ends it early, between two steps. */
  signal?: AbortSignal
}

/**
 * Deletes what need not be kept and gives its space back, in steps so small that the engine does not feel it.
 * Never a run that has not ended, never the last one of a job.
 */
export async function sweep(parts: SweepParts, options: SweepOptions): Promise<SweepReport> {
  const { store, clock } = parts
  const { keep, dryRun = false, signal } = options
  const before = clock.now() - options.undoTime
  const report = {
    surplusRuns: 0,
    oldestRuns: 0,
    oldestFiles: 0,
    removedJobs: 0,
    sizeBefore: store.retention.size(),
    sizeAfter: 0,
  }
  const isEnded = () => signal?.aborted ?? false

  async function deleteRuns(find: (limit: number) => number[]): Promise<number> {
    if (dryRun) return find(1_000_000).length
    let count = 0
    for (let ids = find(BATCH); ids.length > 0 && !isEnded(); ids = find(BATCH)) {
      await deleteRunsOf(parts, ids)
      count += ids.length
    }
    return count
  }

  /** Deletes what the ledger says of the times of a job before a time. */
  async function forget(jobId: string, time: number): Promise<void> {
    const step = () => store.write(() => store.occurrences.sweep(jobId, time, BATCH))
    while (!isEnded() && (await step()) === BATCH);
  }

  for (const id of store.retention.removedJobs(before)) {
    if (isEnded()) break
    report.removedJobs++
    await deleteRuns((limit) => store.retention.runsOfJob(id, limit))
    if (!dryRun && (await store.write(() => store.retention.deleteJob(id))))
      await rm(join(parts.folders.state, id), { recursive: true, force: true })
  }
  await deleteRuns((limit) => store.retention.removedRuns(before, limit))
  for (const id of store.retention.jobs()) {
    const { policy, schedule } = store.jobs.definition(id)!
    const isDaemon = schedule !== undefined && 'daemon' in schedule
    const mostRuns = isDaemon ? Math.min(DAEMON_RUNS, keep.keepRuns) : keep.keepRuns
    const { keepRuns = mostRuns, keepFor = keep.keepFor } = policy
    const oldest = clock.now() - keepFor
    const deleted = await deleteRuns((limit) => store.retention.surplus(id, keepRuns, oldest, limit))
    report.surplusRuns += deleted
    if (!dryRun) await forget(id, deleted > 0 ? (store.retention.oldestKept(id) ?? oldest) : oldest)
    await nextTurn()
  }
  if (!dryRun) {
    report.oldestRuns = await deleteRuns(() =>
      store.retention.size() > keep.keepSize ? store.retention.oldest(10) : [],
    )
    while (!isEnded() && store.artifacts.bytes() > keep.keepSize) {
      const count = await deleteOldestFiles(parts)
      if (count === 0) break
      report.oldestFiles += count
    }
    if (!isEnded()) await deleteUnreferenced(parts)
    if (!isEnded()) await deleteStray(parts)
    while (!isEnded() && store.retention.shrinkStep()) await nextTurn()
    if (store.retention.logSize() > LOG_LIMIT) store.retention.truncateLog()
  }
  report.sizeAfter = store.retention.size()
  return report
}

/** Deletes ended runs with all that belongs to them. */
export async function deleteRunsOf(
  { store, folders }: Omit<SweepParts, 'clock'>,
  ids: number[],
): Promise<void> {
  for (let left = ids; left.length > 0;) left = await store.write(() => store.retention.deleteStep(left))
  for (const id of ids) {
    for (const folder of [folders.temp, folders.artifacts])
      await rm(join(folder, String(id)), { recursive: true, force: true })
  }
}

/** Deletes the files that are kept with the oldest runs, but for the last one of each job; the runs stay. */
async function deleteOldestFiles({ store, folders }: SweepParts): Promise<number> {
  const ids = await store.write(() => store.artifacts.forgetOldest(10))
  for (const id of ids) await rm(join(folders.artifacts, String(id)), { recursive: true, force: true })
  return ids.length
}

/** Folders of files whose run is gone: its host was ended between the two. */
async function deleteStray({ store, folders }: SweepParts): Promise<void> {
  for (const name of await readdir(folders.artifacts).catch(() => [])) {
    if (store.artifacts.isFolderOf(name)) continue
    await rm(join(folders.artifacts, name), { recursive: true, force: true })
  }
}

/** Definitions, environments and code that nothing refers to any more. */
async function deleteUnreferenced({ store, folders }: SweepParts): Promise<void> {
  const search = store.retention.unreferenced()
  let found = search.next()
  for (; !found.done; found = search.next()) await nextTurn()
  const deleteThem = found.value
  await store.write(() => deleteThem())
  const wanted = store.retention.codeDigests()
  for (const folder of [folders.code, folders.approved]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (wanted.has(name.replace(/\.mjs$/, ''))) continue
      const path = join(folder, name)
      // A young one may be about to be named by a run that is being queued.
      const { mtimeMs } = await stat(path) // the time of the machine, whatever the clock says
      if (Date.now() - mtimeMs > DAY) await rm(path, { force: true, recursive: true })
    }
  }
}
