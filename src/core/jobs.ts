/** What people and programs do to jobs; each function runs inside a transaction and leaves its trail. */
import { resolve } from 'node:path'
import type { CheckedInput, Handler } from '../shared/contract.ts'
import { Fault, invalidInput } from '../shared/fault.ts'
import type { JobDefinition } from './definition.ts'
import type { Engine } from './engine.ts'
import { createId } from './host.ts'
import { checkSchedule } from './plan/check.ts'
import type { Scripts } from './scripts/scripts.ts'
import { requireSecrets } from './secrets.ts'
import type { JobFace } from './store/jobs.ts'

type Deck = Pick<Engine, 'store' | 'clock' | 'actor' | 'planning'> & {
  scripts: Pick<Scripts, 'nameOf'>
}

/** Creates the job, or updates the one with the same key; an edit that changes something makes a version. */
export function saveJob(deck: Deck, input: CheckedInput<'jobs.save'>): string {
  const { key = input.name, name, description = null, category = null, tags = [] } = input
  return saveFace(deck, key, { name, description, category, tags, definition: definitionOf(deck, input) })
}

function saveFace({ store, clock, actor, planning }: Deck, key: string, face: JobFace): string {
  const now = clock.now()
  const known = store.jobs.withKey(key)
  const old = known === undefined ? undefined : store.jobs.definition(known)
  // One that had nothing to run owes nothing for the times that went by.
  const schedule = old && old.handlers.length > 0 ? old.schedule : undefined
  const categoryId = face.category === null ? null : store.categories.getOrCreate(face.category, now)
  const { name, description, tags, definition } = face
  const id = store.jobs.save({ id: createId(), key, name, description, tags, categoryId, definition, now })
  planning.ledger.replan(id, schedule, actor === 'file')
  const before = store.versions.latest(id)
  const after = store.versions.add(id, face, now)
  if (after !== before) {
    const action = before === undefined ? 'created' : 'edited'
    store.trail.add({ at: now, actor, action, jobId: id, details: { before, after } })
  }
  return id
}

/**
 * Makes the job what it was at a version; that is an edit as any other.
 * @throws Fault `not-found`; `invalid-input` where it refers to a secret that is gone
 */
export function restoreVersion(deck: Deck, jobId: string, number: number): void {
  const face = deck.store.versions.face(jobId, number)
  if (!face) throw new Fault('not-found', `there is no version ${number} of this job`)
  const { params, policy } = face.definition
  requireSecrets(deck, { params, environment: policy.environment })
  saveFace(deck, deck.store.jobs.find(jobId)!.key, face)
}

/** Puts jobs into a category, which is made where it is missing, or with null into none. An edit as any other. */
export function moveJobs(deck: Deck, ids: string[], category: string | null): void {
  for (const id of ids) {
    const face = deck.store.versions.face(id, deck.store.versions.latest(id)!)!
    if (face.category !== category) saveFace(deck, deck.store.jobs.find(id)!.key, { ...face, category })
  }
}

/**
 * Marks jobs as removed: they are shown no more, what waits of them is cancelled, and they can be brought back until
 * they are swept.
 * @throws Fault `conflict` where one of them is running
 */
export function removeJobs({ store, clock, actor }: Deck, ids: string[]): void {
  const now = clock.now()
  for (const id of ids) {
    const { name } = store.jobs.find(id)!
    const open = store.executions.list({ jobId: id, statuses: ['queued', 'initializing', 'running'] })
    const running = open.filter(({ status }) => status !== 'queued')
    if (running.length > 0) {
      const numbers = running.map((execution) => `#${execution.id}`).join(', ')
      throw new Fault('conflict', `${JSON.stringify(name)} is running (${numbers}): stop it first`)
    }
    for (const { id: execution } of open) store.executions.requestStop(execution, 'cancelled', false, now)
    store.jobs.remove(id, now)
    store.plans.remove(id)
    store.pauses.resume(`job:${id}`)
    store.trail.add({ at: now, actor, action: 'removed', jobId: id, details: { name } })
  }
}

/**
 * Brings a removed job back, with its runs.
 * @throws Fault `conflict` where another job has taken its key meanwhile
 */
export function bringBack({ store, clock, actor, planning }: Deck, id: string): void {
  if (!store.jobs.bringBack(id)) {
    throw new Fault('conflict', 'another job has the same key by now: rename or remove that one first')
  }
  planning.ledger.replan(id, undefined, true)
  store.trail.add({ at: clock.now(), actor, action: 'brought back', jobId: id })
}

/** Lets a job run by itself, or no longer. */
export function enableJob({ store, clock, actor }: Deck, id: string, enabled: boolean): void {
  const now = clock.now()
  const target = `disabled:${id}` as const
  const changed = enabled ? store.pauses.resume(target) : store.pauses.find(target) === undefined
  if (!changed) return
  if (!enabled) store.pauses.set({ target, pausedFrom: now, pausedUntil: null, reason: null })
  store.trail.add({ at: now, actor, action: enabled ? 'enabled' : 'disabled', jobId: id })
}

/** Notes which file or folder says what a job is. */
export function manageJob({ store, clock, actor }: Deck, id: string, source: string, isNew: boolean): void {
  store.jobs.manage(id, source)
  if (isNew) return // that it was made from there is told already
  store.trail.add({ at: clock.now(), actor, action: 'edited', jobId: id, details: { managedBy: source } })
}

/**
 * With every path made absolute, so that it means the same wherever the job runs.
 * @throws Fault `invalid-input` for a schedule that cannot be kept
 */
export function definitionOf(
  { clock, planning, scripts }: Pick<Deck, 'clock' | 'planning' | 'scripts'>,
  input: CheckedInput<'jobs.save'>,
): JobDefinition {
  const {
    key: _,
    name: __,
    description: ___,
    category: ____,
    tags: _____,
    handlers,
    params = {},
    schedule,
    ...policy
  } = input
  if (policy.directory !== undefined) policy.directory = resolve(policy.directory)
  if (policy.environmentFiles) policy.environmentFiles = policy.environmentFiles.map((file) => resolve(file))
  const absolute = handlers.map(({ priority, handler }) => ({
    priority,
    handler: 'file' in handler ? fileHandler(handler, scripts) : handler,
  }))
  const planned = schedule && checkSchedule(schedule, clock.now(), planning.ledger.localZone())
  return { handlers: absolute, params, policy, ...(planned && { schedule: planned }) }
}

/** A file by its absolute path; one of a scripts folder by its name there, so that it runs only as it was approved. */
function fileHandler(handler: Extract<Handler, { file: string }>, scripts: Pick<Scripts, 'nameOf'>): Handler {
  const file = resolve(handler.file)
  const script = scripts.nameOf(file)
  if (script === undefined) return { ...handler, file }
  if (!handler.interpreter) return { script }
  throw invalidInput(
    'handlers.interpreter',
    `${script} lies in a scripts folder: it says itself what runs it`,
  )
}
