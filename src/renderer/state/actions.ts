/** What people do with jobs, wherever they do it: each says what it did, and offers the way back where there is one. */
import { freeName } from '../free-name.ts'
import type { Input, Job, Parameters, Pause } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { saveFile } from '../save-file.ts'
import { t } from '../language.ts'
import { confirm } from './dialogs.ts'
import { useFolders } from './folders.ts'
import { useJobs } from './jobs.ts'
import { attempt, attemptEach } from './notices.ts'
import { go, linkTo } from './route.ts'
import { tellDone } from './toasts.ts'

export type PauseTarget = Input<'pauses.set'>['target']

type Named = Pick<Job, 'id' | 'name'>

const one = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined)
const undo = (run: () => Promise<unknown>) => ({ label: t('actions.undo'), run })

/** The jobs that are being started: who clicks twice means once. */
const starting = new Set<string>()

/** Starts it with its own parameters, and shows the run. */
export async function startJob({ id }: Pick<Job, 'id'>, params?: Parameters): Promise<void> {
  if (starting.has(id)) return
  starting.add(id)
  const started = await attempt(() => client.request('jobs.start', { job: id, ...(params && { params }) }))
  starting.delete(id)
  if (started?.[0]) go(linkTo.run(started[0].id))
}

/** What is said of one by its name, and of several by how many they are. */
const said = (jobs: readonly Named[]) => ({ count: jobs.length, name: one(jobs)?.name ?? '' })

/** Starts several, and stays where one is. */
export async function startJobs(jobs: readonly Job[]): Promise<void> {
  const done = await attemptEach(jobs, ({ id }) => client.request('jobs.start', { job: id }))
  if (done.length > 0) tellDone(t('actions.started', said(done.map(({ item }) => item))))
}

export async function stopJobs(jobs: readonly Job[]): Promise<void> {
  const done = await attemptEach(jobs, ({ id }) => client.request('jobs.stop', { job: id }))
  const count = done.flatMap(({ result }) => result).length
  if (jobs.length > 1 && count > 0) tellDone(t('actions.stopping', { count }))
}

/** As pauses are told of. */
function nameOf(target: PauseTarget): string {
  if ('deck' in target) return 'deck'
  if ('job' in target) return `job:${target.job}`
  const folder = useFolders.getState().folders.find(({ path }) => path === target.category)
  return `category:${folder?.id}`
}

/** Nothing of the target begins by itself, until a time or until it is resumed. */
export async function pause(targets: readonly PauseTarget[], until: number | null): Promise<void> {
  const before = await attempt(() => client.request('pauses.list', {}))
  if (!before) return
  const done = await attemptEach(targets, (target) =>
    client.request('pauses.set', { target, ...(until !== null && { until }), reason: t('actions.byHand') }),
  )
  if (done.length === 0) return
  const isAll = done.some(({ item }) => 'deck' in item)
  tellDone(
    isAll ? t('actions.paused') : t('actions.pausedSome', { count: done.length }),
    undo(() =>
      attemptEach(
        done.map(({ item }) => item),
        (target) => setBack(target, before),
      ),
    ),
  )
}

/** Pauses it as it was before, or not at all. */
async function setBack(target: PauseTarget, before: Pause[]): Promise<unknown> {
  const old = before.find((pause) => pause.target === nameOf(target))
  if (!old) return client.request('pauses.end', { target })
  const { pausedUntil, reason } = old
  return client.request('pauses.set', {
    target,
    ...(pausedUntil !== null && { until: pausedUntil }),
    ...(reason !== null && { reason }),
  })
}

export async function resume(targets: readonly PauseTarget[]): Promise<void> {
  const done = await attemptEach(targets, (target) => client.request('pauses.end', { target }))
  if (done.length > 0) tellDone(t('actions.resumed'))
}

/** Lets jobs run by themselves, or no longer; those that are so already are left alone, also by the way back. */
export async function enableJobs(jobs: readonly Job[], enabled: boolean): Promise<void> {
  const set = (changed: readonly Job[], on: boolean) =>
    attemptEach(changed, ({ id }) => client.request('jobs.enable', { job: id, enabled: on }))
  const done = await set(
    jobs.filter((job) => job.enabled !== enabled),
    enabled,
  )
  const changed = done.map(({ item }) => item)
  if (changed.length === 0) return
  tellDone(
    enabled ? t('actions.enabled', said(changed)) : t('actions.disabled', said(changed)),
    undo(() => set(changed, !enabled)),
  )
}

/** So many are deleted in one request. */
const AT_ONCE = 1000

export const bringBack = ({ id }: Pick<Job, 'id'>): Promise<Job> =>
  client.request('jobs.bringBack', { job: id })

/** Deletes jobs with their runs; for a day they can be brought back. */
export async function removeJobs(jobs: readonly Job[]): Promise<boolean> {
  const removed: Job[] = []
  for (let from = 0; from < jobs.length; from += AT_ONCE) {
    const part = jobs.slice(from, from + AT_ONCE).map(({ id }) => id)
    const done = await attempt(() => client.request('jobs.remove', { jobs: part }))
    if (!done) break // it says why; what went before can be brought back
    removed.push(...done)
  }
  if (removed.length > 0)
    tellDone(
      t('actions.removed', said(removed)),
      undo(() => attemptEach(removed, bringBack)),
    )
  return removed.length === jobs.length
}

/** Lets the next planned run of each pass. */
export async function skipNextOf(jobs: readonly Named[]): Promise<void> {
  const done = await attemptEach(jobs, ({ id }) => client.request('jobs.skipNext', { job: id }))
  const skipped = done.map(({ item }) => item)
  if (skipped.length > 0)
    tellDone(
      t('actions.skipped', said(skipped)),
      undo(() => attemptEach(skipped, comeAfterAll)),
    )
}

export const skipNext = (job: Named): Promise<void> => skipNextOf([job])

const comeAfterAll = ({ id }: Pick<Job, 'id'>) => client.request('jobs.skipNext', { job: id, undo: true })

/** Lets the planned run that was to be skipped come after all. */
export const unskip = (job: Pick<Job, 'id'>): Promise<unknown> => attempt(() => comeAfterAll(job))

/** Offers a file with these jobs, or all, that `import` reads anywhere. */
export async function exportJobs(jobs?: readonly Job[]): Promise<void> {
  const ids = jobs?.map(({ id }) => id)
  const found = await attempt(() => client.request('deck.export', ids ? { jobs: ids } : {}))
  if (!found) return
  const name = one(jobs ?? [])?.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-') ?? 'jobs'
  saveFile(`${name}.jobdeck.json`, `${JSON.stringify(found, undefined, 2)}\n`, 'application/json')
}

/** What a job is, as it is saved again: for whoever changes a part of it. */
export const inputOf = (job: Job): Input<'jobs.save'> => ({
  ...job.policy,
  key: job.key,
  name: job.name,
  handlers: job.handlers,
  params: job.params,
  tags: job.tags,
  ...(job.description !== null && { description: job.description }),
  ...(job.category !== null && { category: job.category }),
  ...(job.schedule !== null && { schedule: job.schedule }),
})

/** Puts jobs into a folder, or with null into none. */
export async function moveJobs(jobs: readonly Job[], category: string | null): Promise<void> {
  const move = (moved: readonly Job[], to: string | null) =>
    client.request('jobs.move', { jobs: moved.map(({ id }) => id), category: to })
  if (!(await attempt(() => move(jobs, category)))) return
  const folders = Map.groupBy(jobs, (job) => job.category)
  tellDone(
    t('actions.moved', said(jobs)),
    undo(() => attemptEach([...folders], ([folder, moved]) => move(moved, folder))),
  )
}

/** Makes a job that is like it, disabled, and opens it in the editor. */
export async function duplicateJob(job: Job): Promise<void> {
  const keys = new Set(useJobs.getState().jobs.flatMap((each) => [each.key, each.name]))
  const name = freeName(job.name, (each) => keys.has(each))
  const copy = { ...inputOf(job), key: name, name }
  const made = await attempt(async () => {
    await client.request('deck.import', { document: { jobdeck: 1, jobs: [copy] }, newDisabled: true })
    return client.request('jobs.get', { job: name })
  })
  if (made) go(linkTo.editJob(made.id))
}

/** Offers a job in the menu of the tray, or no longer. */
export async function pinJob({ id, name }: Named): Promise<void> {
  const done = await attempt(async () => {
    const { pinned } = await client.request('deck.settings', {})
    const others = pinned.filter((each) => each !== id)
    const isPinned = others.length < pinned.length
    await client.request('deck.configure', { pinned: isPinned ? others : [...pinned, id] })
    return { isPinned }
  })
  if (done) tellDone(done.isPinned ? t('actions.unpinned', { name }) : t('actions.pinned', { name }))
}

/** Deletes runs for good, once that was confirmed. */
export async function removeRuns(ids: readonly number[]): Promise<boolean> {
  const goesOn = await confirm({
    title: t('actions.removeRuns', { count: ids.length }),
    text: t('actions.removeRunsText'),
    action: t('actions.remove'),
  })
  if (!goesOn) return false
  return (await attempt(() => client.request('executions.remove', { executions: [...ids] }))) !== undefined
}
