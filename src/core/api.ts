/** What the contract's requests do: one entry each. */
import type * as z from 'zod'
import {
  OPEN_STATUSES,
  contract,
  type CheckedInput,
  type Execution,
  type Output,
  type Reply,
  type RequestName,
} from '../shared/contract.ts'
import type { Bridge } from '../shared/client.ts'
import { Fault, invalidInput, toFault } from '../shared/fault.ts'
import { ending } from '../shared/rpc.ts'
import { watchSchema } from '../shared/watch.ts'
import { listArtifacts, readArtifact } from './artifacts.ts'
import { isFinal } from './dispatch/lifecycle.ts'
import type { Engine } from './engine.ts'
import { findCategory, moveCategory, removeCategories, saveCategory } from './categories.ts'
import { bringBack, definitionOf, enableJob, moveJobs, removeJobs, restoreVersion, saveJob } from './jobs.ts'
import { explainPolicy } from './policy.ts'
import { storeFault } from './store/failure.ts'
import { UNDO_TIME, deleteRunsOf } from './sweep.ts'
import { countLevels, firstError, listLog, searchPage } from './logs.ts'
import { removeSecrets, requireSecrets, setSecret } from './secrets.ts'
import { answerHeld, backfill, preview, readiness, setDaemon, skipNext, upcoming } from './schedules.ts'
import { exportDeck, importDeck, planImport } from './transfer.ts'
import type { PauseTarget } from './store/pauses.ts'
import { watch } from './watching.ts'

type Handlers = {
  [N in RequestName]: (
    engine: Engine,
    input: CheckedInput<N>,
    /** Aborted when nobody waits for the answer any more. */
    signal: AbortSignal | undefined,
  ) => Output<N> | Promise<Output<N>>
}

/** How far statistics go back if nobody says so, in ms. */
const STATISTICS_TIME = 30 * 86_400_000

const handlers: Handlers = {
  async 'jobs.save'(engine, input) {
    const save = () => {
      requireSecrets(engine, input)
      return saveJob(engine, input)
    }
    const id = await engine.planning.afterSettling(save, keyed(engine, input))
    return engine.store.jobs.find(id)!
  },
  'jobs.run'(engine, { job, params = {}, trigger = 'manual' }) {
    const { store } = engine
    // Who names a file to be run now means its bytes as they are, in a scripts folder too.
    const asTyped = { ...engine, scripts: { nameOf: () => undefined } }
    requireSecrets(engine, job, 'job')
    requireSecrets(engine, { params })
    const categoryId = job.category === undefined ? null : (store.categories.idOf(job.category) ?? null)
    const [known] = keyed(engine, job)
    const open = known === undefined ? undefined : openDaemon(engine, known)
    if (open && job.schedule && 'daemon' in job.schedule)
      return keepRunning(engine, open, () => saveJob(asTyped, job))
    const save = () => {
      const id = saveJob(asTyped, job)
      setDaemon(engine, id, null)
      return id
    }
    const write = <T>(work: () => T) => engine.planning.afterSettling(work, keyed(engine, job))
    return engine.start(definitionOf(asTyped, job), categoryId, params, trigger, save, write, true)
  },
  'jobs.list': ({ store }, input) => store.jobs.list(input),
  'jobs.count': ({ store }, input) => store.jobs.count(input),
  async 'jobs.enable'(engine, { job, enabled }) {
    const id = findJob(engine, job)
    await engine.planning.afterSettling(() => enableJob(engine, id, enabled), [id])
    engine.wake()
    return engine.store.jobs.find(id)!
  },
  'jobs.policy'(engine, { job }) {
    const id = findJob(engine, job)
    return explainPolicy(engine, id, engine.store.jobs.definition(id)!)
  },
  'jobs.get': (engine, { job }) => engine.store.jobs.find(findJob(engine, job))!,
  'jobs.start'(engine, { job, params = {}, trigger = 'manual' }) {
    requireSecrets(engine, { params })
    const { jobs } = engine.store
    const known = jobs.toRun(String(job))
    const id = known ? String(job) : findJob(engine, job)
    const { definition, categoryId } = known ?? jobs.toRun(id)!
    if (!definition.schedule) return engine.start(definition, categoryId, params, trigger, () => id)
    const open = openDaemon(engine, id)
    if (open) return keepRunning(engine, open, () => id)
    return engine.start(definition, categoryId, params, trigger, () => {
      setDaemon(engine, id, null)
      return id
    })
  },
  async 'jobs.stop'(engine, { job, force = false }) {
    const id = findJob(engine, job)
    const open = engine.store.executions.list({ jobId: id, statuses: [...OPEN_STATUSES] })
    // One that is about to be started again does not run just now.
    if (open.length === 0) await engine.store.write(() => setDaemon(engine, id, 'stopped'))
    return engine.stop(
      open.map(({ id }) => id),
      force,
    )
  },
  async 'jobs.remove'(engine, { jobs }) {
    const ids = [...new Set(jobs.map((job) => findJob(engine, job)))]
    const found = ids.map((id) => engine.store.jobs.find(id)!)
    await engine.planning.afterSettling(() => removeJobs(engine, ids), ids)
    return found
  },
  async 'jobs.move'(engine, { jobs, category }) {
    const ids = [...new Set(jobs.map((job) => findJob(engine, job)))]
    await engine.planning.afterSettling(() => moveJobs(engine, ids, category), ids)
    engine.wake()
    return ids.map((id) => engine.store.jobs.find(id)!)
  },
  async 'jobs.bringBack'(engine, { job }) {
    const id = findRemoved(engine, job)
    await engine.planning.afterSettling(() => bringBack(engine, id), [id])
    return engine.store.jobs.find(id)!
  },
  async 'jobs.restart'(engine, { job }) {
    const id = findJob(engine, job)
    const { store } = engine
    await engine.stop(store.executions.openIds(id), false)
    const { definition, categoryId } = store.jobs.toRun(id)!
    return engine.start(definition, categoryId, {}, 'manual', () => {
      setDaemon(engine, id, null)
      return id
    })
  },
  'jobs.skipNext': (engine, { job, undo = false }) => skipNext(engine, findJob(engine, job), undo),
  'jobs.backfill': (engine, { job, ...times }) => backfill(engine, findJob(engine, job), times),
  'schedules.preview': (engine, input) =>
    preview(engine, input, input.job === undefined ? undefined : findJob(engine, input.job)),
  'schedules.upcoming': upcoming,
  'jobs.readiness': (engine, { jobs }) =>
    readiness(
      engine,
      jobs.map((job) => findJob(engine, job)),
    ),
  'occurrences.list'({ store, ...engine }, { job, limit = 100, before, ...filter }) {
    const jobId = job === undefined ? undefined : findAnyJob({ store, ...engine }, job)
    const rows = store.occurrences.list({ jobId, ...filter }, limit, before)
    return rows.map((row) => ({ ...row, jobName: store.jobs.nameOf(row.jobId) }))
  },
  'occurrences.answer'(engine, { job, ...answer }) {
    const held = engine.store.occurrences.list({ outcomes: ['held'] }, -1)
    const ids = job === undefined ? [...new Set(held.map(({ jobId }) => jobId))] : [findJob(engine, job)]
    return answerHeld(engine, ids, answer)
  },
  'versions.list': (engine, { job }) => engine.store.versions.list(findJob(engine, job)),
  async 'versions.restore'(engine, { job, number }) {
    const id = findJob(engine, job)
    await engine.planning.afterSettling(() => restoreVersion(engine, id, number), [id])
    return engine.store.jobs.find(id)!
  },
  'trail.list': (engine, { job, ...page }) =>
    engine.store.trail
      .list({ ...page, ...(job !== undefined && { jobId: findAnyJob(engine, job) }) })
      .map((entry) => ({
        ...entry,
        jobName: (entry.jobId === null ? undefined : engine.store.jobs.nameOf(entry.jobId)) ?? null,
      })),
  'pauses.set': (engine, { target, ...rest }) => engine.pausing.pause(findTarget(engine, target), rest),
  'pauses.end': (engine, { target }) => engine.pausing.resume(findTarget(engine, target)),
  'pauses.list': ({ store }) => store.pauses.list(),
  'categories.list': ({ store }) => store.categories.list(),
  'categories.get': (engine, { path }) => engine.store.categories.get(findCategory(engine, path)),
  async 'categories.save'(engine, input) {
    const save = () => {
      requireSecrets(engine, input.policy ?? {}, 'policy')
      return saveCategory(engine, input)
    }
    const id = await engine.planning.afterSettling(save)
    engine.wake()
    return engine.store.categories.get(id)
  },
  async 'categories.move'(engine, { path, to }) {
    const id = await engine.planning.afterSettling(() => moveCategory(engine, path, to))
    engine.wake()
    return engine.store.categories.get(id)
  },
  async 'categories.remove'(engine, { paths }) {
    const removed = await engine.planning.afterSettling(() => removeCategories(engine, paths))
    engine.wake()
    return removed
  },
  'deck.clean': (engine, { removed = false, dryRun = false }) =>
    engine.clean({ undoTime: removed ? 0 : UNDO_TIME, dryRun }),
  async 'deck.backUp'({ store }, { file }) {
    // What goes wrong lies in the copy: the deck itself is open and well.
    const made = await store.backUp(file).catch((thrown: unknown) => {
      throw copyFault(thrown, file)
    })
    return { file: made }
  },
  'deck.export': (engine, { jobs }) =>
    exportDeck(engine, jobs && [...new Set(jobs.map((job) => findJob(engine, job)))]),
  async 'deck.import'(engine, { dryRun = false, ...wanted }) {
    const done = dryRun
      ? planImport(engine, wanted).map(({ report }) => report)
      : await engine.planning.afterSettling(() => importDeck(engine, wanted))
    engine.wake()
    return done
  },
  'secrets.list': ({ store }) => store.secrets.list(),
  'secrets.set': setSecret,
  'secrets.remove': (engine, input) => engine.store.write(() => removeSecrets(engine, input)),
  'crontab.read': async (_, { text }) => (await import('./crontab/read.ts')).readJobs(text),
  'deck.health': async (engine) => (await import('./health/health.ts')).examine(engine),
  'statistics.get'(engine, { job, from, to, zoneOffset, ...filter }) {
    const now = engine.clock.now()
    return engine.store.statistics.endings({
      ...filter,
      ...jobIdOf(engine, job),
      from: from ?? now - STATISTICS_TIME,
      to: to ?? now,
      zoneOffset: zoneOffset ?? -new Date(now).getTimezoneOffset(),
    })
  },
  'deck.sizes': ({ store }, { limit = 20 }) => store.statistics.sizes(limit),
  'deck.settings': (engine) => engine.settings(),
  async 'deck.configure'(engine, { pinned, ...changes }) {
    const ids = pinned && [...new Set(pinned.map((job) => findJob(engine, job)))]
    await engine.store.write(() =>
      engine.store.settings.set('settings', {
        ...engine.settings(),
        ...changes,
        ...(ids && { pinned: ids }),
      }),
    )
    engine.wake() // there may be room for more
    return engine.settings()
  },
  'desktop.settings': (engine) => desktopOf(engine).settings(),
  'desktop.configure'(engine, changes) {
    desktopOf(engine).configure(changes)
    return desktopOf(engine).settings()
  },
  'queue.get': (engine) => engine.queue(),
  async 'handlers.describe'(engine, { file }) {
    const { describeFile } = await import('./handlers/describe.ts')
    const {
      file: how,
      interpreter: _,
      hasDependencies: __,
      ...rest
    } = await describeFile(file, engine.folders.code)
    return { ...rest, kind: how.kind } as Output<'handlers.describe'>
  },
  async 'handlers.examine'({ base, pathFrom }, { file }) {
    const { examineScript } = await import('./handlers/examine.ts')
    return examineScript({ file, environment: base, pathFrom })
  },
  'scripts.list': ({ scripts }) => scripts.list(),
  'scripts.get': ({ scripts }, { script }) => scripts.get(script),
  'scripts.review': ({ scripts }, { script }) => scripts.review(script),
  'scripts.approve': ({ scripts }, { script, digest }) => scripts.approve(script, digest),
  'scripts.withdraw': ({ scripts }, { script }) => scripts.withdraw(script),
  'scripts.write': ({ scripts }, input) => scripts.write(input),
  'scripts.folders': ({ scripts }) => scripts.folders(),
  async 'scripts.addFolder'({ scripts }, input) {
    await scripts.addFolder(input)
    return scripts.folders()
  },
  async 'scripts.removeFolder'({ scripts }, { name }) {
    await scripts.removeFolder(name)
    return scripts.folders()
  },
  async 'executions.source'(engine, { execution }) {
    const id = findExecution(engine, execution)
    const { script } = engine.store.executions.definition(id)
    if (!script)
      throw new Fault(
        'not-found',
        `run #${id} did not run a script of the scripts folder: there is no copy of it`,
      )
    return { script: script.name, digest: script.digest, files: await engine.scripts.source(script.digest) }
  },
  'executions.list': (engine, { job, ...filter }) =>
    engine.explain(engine.store.executions.list({ ...filter, ...jobIdOf(engine, job) })),
  'executions.status': (engine, { execution }) =>
    engine.store.executions.status(findExecution(engine, execution))!,
  'executions.get': (engine, { execution }) =>
    engine.explain([engine.store.executions.detail(findExecution(engine, execution))!])[0]!,
  async 'executions.stop'(engine, { execution, force = false }) {
    const id = findExecution(engine, execution)
    const { executions } = engine.store
    // One that is to be tried again has not ended for whoever stops it.
    let last = id
    for (let next = executions.status(last)!.retryId; next !== null; next = executions.status(last)!.retryId)
      last = next
    const [stopped] = await engine.stop([last], force)
    if (stopped) return stopped
    const { status } = executions.status(id)!
    throw new Fault('conflict', `run #${id} has ended already (${status})`)
  },
  'executions.count': (engine, { job, ...query }) =>
    engine.store.executions.count({ ...query, ...jobIdOf(engine, job) }),
  async 'executions.remove'(engine, { executions }) {
    const ids = [...new Set(executions.map((execution) => findExecution(engine, execution)))]
    const open = ids.filter((id) => !isFinal(engine.store.executions.status(id)!.status))
    if (open.length > 0) {
      const numbers = open.map((id) => `#${id}`).join(', ')
      throw new Fault('conflict', `${numbers} ${open.length === 1 ? 'has' : 'have'} not ended: stop it first`)
    }
    await deleteRunsOf(engine, ids)
    return ids.length
  },
  'executions.spans': ({ store }, { from, to, limit = 10_000 }) => store.spans.between(from, to, limit),
  'executions.summary': (engine, { execution }) =>
    engine.store.summaries.get(findExecution(engine, execution)),
  'artifacts.list': (engine, { execution }) => listArtifacts(engine, findExecution(engine, execution)),
  'artifacts.read': (engine, { execution, name, offset = 0 }) =>
    readArtifact(engine, findExecution(engine, execution), name, offset),
  'executions.samples': (engine, { execution }) =>
    engine.store.samples.list(findExecution(engine, execution)),
  'logs.list': (engine, { execution, ...wanted }, signal) =>
    listLog(engine.store, findExecution(engine, execution), wanted, signal),
  'logs.firstError': (engine, { execution }, signal) =>
    firstError(engine.store, findExecution(engine, execution), signal),
  'logs.levels': (engine, { execution }, signal) =>
    countLevels(engine.store, findExecution(engine, execution), signal),
  'logs.search': (engine, { job, ...wanted }, signal) =>
    searchPage(engine.store, job === undefined ? undefined : findJob(engine, job), wanted, signal),
}

function desktopOf({ desktop }: Engine) {
  if (desktop) return desktop
  throw new Fault('conflict', 'this is not the desktop application: that is set there')
}

/** The transport within one process. Nothing need be copied: replies are made for who asks, what is shared is frozen. */
export const createBridge = (engine: Engine): Bridge => ({
  request: (name, input, signal) => answer(engine, name, input, signal),
  subscribe: (listener) => engine.hub.subscribe(listener),
  watch(what, take) {
    try {
      return watch(engine, check(watchSchema, what), take)
    } catch (thrown) {
      take(ending(toFault(thrown).toJSON()))
      return () => {}
    }
  },
})

/**
 * Answers a request from anywhere: checks its input, and never throws.
 * @param signal aborted when nobody waits for the answer any more
 */
export async function answer(
  engine: Engine,
  name: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<Reply<unknown>> {
  try {
    if (signal?.aborted) throw givenUp()
    if (!Object.hasOwn(contract, name))
      throw invalidInput('request', `there is none called ${JSON.stringify(name)}`)
    const request = name as RequestName
    const checked = check(contract[request].input, input)
    const condemned = engine.store.condemned()
    if (condemned) throw condemned
    const handler = handlers[request] as (engine: Engine, input: unknown, signal?: AbortSignal) => unknown
    return { ok: true, data: await unlessGivenUp(handler(engine, checked, signal), signal) }
  } catch (thrown) {
    const fault = signal?.aborted ? givenUp() : toFault(storeFault(thrown, engine.store.file))
    return { ok: false, fault: fault.toJSON() }
  }
}

const givenUp = () => new Fault('cancelled', 'the request was given up')

/** What is waited for, or a fault once nobody waits any more: it may go on all the same. */
async function unlessGivenUp(work: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  if (!signal) return work
  const never = Promise.withResolvers<never>()
  const onAbort = () => never.reject(givenUp())
  signal.addEventListener('abort', onAbort)
  return Promise.race([work, never.promise]).finally(() => signal.removeEventListener('abort', onAbort))
}

/**
 * The value as the schema has it.
 * @throws Fault `invalid-input` that names each field, what it got and what it wants
 */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.flatMap((issue) => {
    const nameOf = (...path: PropertyKey[]) => [...issue.path, ...path].map(String).join('.') || 'input'
    if (issue.code !== 'unrecognized_keys') return { field: nameOf(), message: issue.message }
    return issue.keys.map((key) => ({ field: nameOf(key), message: 'is not known here' }))
  })
  const text = issues.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new Fault('invalid-input', text, { data: { issues } })
}

/**
 * The id of the job that a person means: its id, key or name, or a beginning of one that fits no other.
 * @throws Fault `not-found`, `ambiguous`
 */
function findJob({ store }: Engine, reference: string | number): string {
  const text = String(reference)
  if (store.jobs.exists(text)) return text
  const named = store.jobs.named(text)
  const exact = named.find(({ key }) => key === text)
  const found = exact ? [exact] : named.length > 0 ? named : store.jobs.beginningWith(text)
  if (found.length === 1) return found[0]!.id
  if (found.length === 0) throw new Fault('not-found', `there is no job ${JSON.stringify(text)}`)
  const names = found.slice(0, 5).map(({ id, name }) => `${name} (${id})`)
  throw new Fault('ambiguous', `${JSON.stringify(text)} fits more than one job: ${names.join(', ')}`)
}

/** What kept a copy of the deck from being written, as a fault that names the copy. */
function copyFault(thrown: unknown, file: string): Fault {
  const fault = storeFault(thrown, file)
  const { code, message } = thrown as NodeJS.ErrnoException
  if (fault.code !== 'internal' || code === undefined) return fault
  return new Fault('database-permission', `${file} cannot be written: ${message}`, { cause: thrown })
}

/** The id of a job that is there, or else of one that was removed: what was done to it can still be read. */
function findAnyJob(engine: Engine, reference: string | number): string {
  try {
    return findJob(engine, reference)
  } catch (thrown) {
    const [found] = engine.store.jobs.removed(String(reference))
    if (found && thrown instanceof Fault && thrown.code === 'not-found') return found.id
    throw thrown
  }
}

/** The runs of a daemon that are open, if there are any. */
function openDaemon({ store }: Engine, jobId: string): Execution[] | undefined {
  if (store.plans.find(jobId)?.kind !== 'daemon') return undefined
  const open = store.executions.list({ jobId, statuses: [...OPEN_STATUSES] })
  return open.length > 0 ? open : undefined
}

/** A daemon that runs is not started twice: it is only meant to go on. */
async function keepRunning(engine: Engine, open: Execution[], save: () => string): Promise<Execution[]> {
  await engine.planning.afterSettling(() => {
    const id = save()
    if (engine.store.plans.find(id)?.stopped !== null) setDaemon(engine, id, null)
  })
  return open
}

/** The job that saving would change, if there is one. */
function keyed({ store }: Engine, { key, name }: CheckedInput<'jobs.save'>): string[] {
  const id = store.jobs.withKey(key ?? name)
  return id === undefined ? [] : [id]
}

const jobIdOf = (engine: Engine, job: string | number | undefined) =>
  job === undefined ? {} : { jobId: findJob(engine, job) }

/** The id of the job that was removed last under this id, key or name. */
function findRemoved({ store }: Engine, reference: string): string {
  const [found] = store.jobs.removed(reference)
  if (!found) throw new Fault('not-found', `no job ${JSON.stringify(reference)} was removed`)
  return found.id
}

function findTarget(engine: Engine, target: CheckedInput<'pauses.set'>['target']): PauseTarget {
  if ('deck' in target) return 'deck'
  if ('job' in target) return `job:${findJob(engine, target.job)}`
  return `category:${findCategory(engine, target.category)}`
}

/**
 * The number of the run that a person means: `123` or `#123`.
 * @throws Fault `not-found`, `invalid-input`
 */
function findExecution({ store }: Pick<Engine, 'store'>, reference: string | number): number {
  const [, digits] = /^(?:run\s*)?#?(\d{1,15})$/i.exec(String(reference)) ?? []
  if (digits === undefined) {
    throw invalidInput(
      'execution',
      `wants the number of a run, such as 12 or #12, got ${JSON.stringify(reference)}`,
    )
  }
  if (!store.executions.status(Number(digits))) throw new Fault('not-found', `there is no run #${digits}`)
  return Number(digits)
}
