/** What people do with jobs, wherever they do it: each says what it did, and offers the way back where there is one. */
import { freeName } from '../free-name.ts'
import type { Input, Job, Parameters } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { saveFile } from '../save-file.ts'
import { t } from '../language.ts'
import { confirm } from './dialogs.ts'
import { useJobs } from './jobs.ts'
import { attempt } from './notices.ts'
import { go, linkTo } from './route.ts'
import { tellDone } from './toasts.ts'

export type PauseTarget = Input<'pauses.set'>['target']

const one = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined)
const undo = (run: () => Promise<unknown>) => ({ label: t('actions.undo'), run })

/** Starts it with its own parameters, and shows the run. */
export async function startJob(job: Pick<Job, 'id'>, params?: Parameters): Promise<void> {
  const started = await attempt(() =>
    client.request('jobs.start', { job: job.id, ...(params && { params }) }),
  )
  if (started?.[0]) go(linkTo.run(started[0].id))
}

/** Starts several, and stays where one is. */
export async function startJobs(jobs: readonly Job[]): Promise<void> {
  const done = await attempt(() =>
    Promise.all(jobs.map(({ id }) => client.request('jobs.start', { job: id }))),
  )
  if (done) tellDone(t('actions.started', { count: done.length, name: one(jobs)?.name ?? '' }))
}

export async function stopJobs(jobs: readonly Job[]): Promise<void> {
  const done = await attempt(() =>
    Promise.all(jobs.map(({ id }) => client.request('jobs.stop', { job: id }))),
  )
  if (done && jobs.length > 1) tellDone(t('actions.stopping', { count: done.flat().length }))
}

/** Nothing of the target begins by itself, until a time or until it is resumed. */
export async function pause(targets: readonly PauseTarget[], until: number | null): Promise<void> {
  const done = await attempt(() =>
    Promise.all(
      targets.map((target) =>
        client.request('pauses.set', {
          target,
          ...(until !== null && { until }),
          reason: t('actions.byHand'),
        }),
      ),
    ),
  )
  if (done)
    tellDone(
      t('actions.paused'),
      undo(() => endPauses(targets)),
    )
}

export async function resume(targets: readonly PauseTarget[]): Promise<void> {
  if (await attempt(() => endPauses(targets))) tellDone(t('actions.resumed'))
}

const endPauses = (targets: readonly PauseTarget[]) =>
  Promise.all(targets.map((target) => client.request('pauses.end', { target })))

export async function enableJobs(jobs: readonly Job[], enabled: boolean): Promise<void> {
  const set = (on: boolean) =>
    Promise.all(jobs.map(({ id }) => client.request('jobs.enable', { job: id, enabled: on })))
  if (!(await attempt(() => set(enabled)))) return
  const said = { count: jobs.length, name: one(jobs)?.name ?? '' }
  tellDone(
    enabled ? t('actions.enabled', said) : t('actions.disabled', said),
    undo(() => set(!enabled)),
  )
}

/** Deletes jobs with their runs; for a day they can be brought back. */
export async function removeJobs(jobs: readonly Job[]): Promise<boolean> {
  const ids = jobs.map(({ id }) => id)
  if (!(await attempt(() => client.request('jobs.remove', { jobs: ids })))) return false
  tellDone(
    t('actions.removed', { count: jobs.length, name: one(jobs)?.name ?? '' }),
    undo(() => Promise.all(ids.map((job) => client.request('jobs.bringBack', { job })))),
  )
  return true
}

type Named = Pick<Job, 'id' | 'name'>

/** Lets the next planned run of each pass. */
export async function skipNextOf(jobs: readonly Named[]): Promise<void> {
  const done = await attempt(() =>
    Promise.all(jobs.map(({ id }) => client.request('jobs.skipNext', { job: id }))),
  )
  if (done)
    tellDone(
      t('actions.skipped', { count: jobs.length, name: one(jobs)?.name ?? '' }),
      undo(() => Promise.all(jobs.map(unskip))),
    )
}

export const skipNext = (job: Named): Promise<void> => skipNextOf([job])

/** Lets the planned run that was to be skipped come after all. */
export const unskip = (job: Pick<Job, 'id'>): Promise<unknown> =>
  attempt(() => client.request('jobs.skipNext', { job: job.id, undo: true }))

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
  const save = (to: (job: Job) => string | null) =>
    Promise.all(
      jobs.map((job) => {
        const { category: _, ...rest } = inputOf(job)
        const folder = to(job)
        return client.request('jobs.save', { ...rest, ...(folder !== null && { category: folder }) })
      }),
    )
  if (await attempt(() => save(() => category)))
    tellDone(
      t('actions.moved', { count: jobs.length, name: one(jobs)?.name ?? '' }),
      undo(() => save((job) => job.category)),
    )
}

/** Makes a job that is like it, disabled, and opens it in the editor. */
export async function duplicateJob(job: Job): Promise<void> {
  const { key: _, ...rest } = inputOf(job)
  const keys = new Set(useJobs.getState().jobs.map((each) => each.key))
  const name = freeName(job.name, (each) => keys.has(each))
  const made = await attempt(async () => {
    const copy = await client.request('jobs.save', { ...rest, name })
    return client.request('jobs.enable', { job: copy.id, enabled: false })
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
