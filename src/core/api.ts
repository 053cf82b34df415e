/** What the contract's requests do: one entry each. */
import { resolve } from 'node:path'
import type { z } from 'zod'
import {
  OPEN_STATUSES,
  contract,
  type CheckedInput,
  type EventName,
  type Events,
  type Output,
  type Reply,
  type RequestName,
} from '../shared/contract.ts'
import type { Bridge } from '../shared/client.ts'
import { Fault, toFault } from '../shared/fault.ts'
import type { JobDefinition } from './definition.ts'
import type { Engine } from './engine.ts'
import { describeFile } from './handlers/resolve.ts'
import { createId } from './host.ts'
import { storeFault } from './store/failure.ts'

type Handlers = {
  [N in RequestName]: (engine: Engine, input: CheckedInput<N>) => Output<N> | Promise<Output<N>>
}

const handlers: Handlers = {
  async 'jobs.save'(engine, input) {
    const id = await engine.store.write(() => saveJob(engine, input))
    return engine.store.jobs.find(id)!
  },
  'jobs.run': (engine, { job, params = {}, trigger = 'manual' }) =>
    engine.start(definitionOf(job), params, trigger, () => saveJob(engine, job)),
  'jobs.list': ({ store }, { text, limit }) => store.jobs.list(text, limit),
  'jobs.get': (engine, { job }) => engine.store.jobs.find(findJob(engine, job))!,
  'jobs.start'(engine, { job, params = {}, trigger = 'manual' }) {
    const id = findJob(engine, job)
    return engine.start(engine.store.jobs.definition(id), params, trigger, () => id)
  },
  async 'jobs.stop'(engine, { job, force = false }) {
    const open = engine.store.executions.list({ jobId: findJob(engine, job), statuses: [...OPEN_STATUSES] })
    return engine.stop(
      open.map(({ id }) => id),
      force,
    )
  },
  async 'handlers.describe'(engine, { file }) {
    const {
      file: how,
      interpreter: _,
      hasDependencies: __,
      ...rest
    } = await describeFile(file, engine.folders.code)
    return { ...rest, kind: how.kind } as Output<'handlers.describe'>
  },
  'executions.list': (engine, { job, ...filter }) =>
    engine.store.executions
      .list({ ...filter, jobId: job === undefined ? undefined : findJob(engine, job) })
      .map((execution) => engine.explain(execution)),
  'executions.get': (engine, { execution }) =>
    engine.explain(engine.store.executions.detail(findExecution(engine, execution))!),
  async 'executions.stop'(engine, { execution, force = false }) {
    const id = findExecution(engine, execution)
    const [stopped] = await engine.stop([id], force)
    if (stopped) return stopped
    const { status } = engine.store.executions.find(id)!
    throw new Fault('conflict', `run #${id} has ended already: it is ${status}`)
  },
  'logs.list': (engine, { execution, ...filter }) =>
    engine.store.logs.list({ ...filter, executionId: findExecution(engine, execution) }),
}

/** The transport within one process: what crosses it is copied, as by any other transport. */
export function createBridge(engine: Engine): Bridge {
  return {
    request: (name, input) => answer(engine, name, input),
    subscribe: (listener) =>
      engine.hub.subscribe((name: EventName, event: Events[EventName]) =>
        listener(name, structuredClone(event)),
      ),
  }
}

/** Answers a request from anywhere: checks its input, and never throws. */
export async function answer(engine: Engine, name: string, input: unknown): Promise<Reply<unknown>> {
  try {
    if (!Object.hasOwn(contract, name))
      throw new Fault('invalid-input', `there is no request ${JSON.stringify(name)}`)
    const request = name as RequestName
    const checked = check(contract[request].input, input)
    const handler = handlers[request] as (engine: Engine, input: unknown) => unknown
    return { ok: true, data: structuredClone(await handler(engine, checked)) }
  } catch (thrown) {
    return { ok: false, fault: toFault(storeFault(thrown, engine.store.file)).toJSON() }
  }
}

/**
 * The value as the schema has it.
 * @throws Fault `invalid-input` that names each field, what it got and what it wants
 */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => ({
    field: path.map(String).join('.'),
    message,
  }))
  const text = issues.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
  throw new Fault('invalid-input', text, { data: { issues } })
}

/** Runs inside a transaction; returns the id. */
function saveJob({ store, clock }: Engine, input: CheckedInput<'jobs.save'>): string {
  const now = clock.now()
  const { key = input.name, name, description = null, category } = input
  const categoryId = category === undefined ? null : store.categories.getOrCreate(category, now)
  return store.jobs.save({
    id: createId(),
    key,
    name,
    description,
    categoryId,
    definition: definitionOf(input),
    now,
  })
}

function definitionOf(input: CheckedInput<'jobs.save'>): JobDefinition {
  const { key: _, name: __, description: ___, category: ____, handlers, params = {}, ...policy } = input
  if (policy.directory !== undefined) policy.directory = resolve(policy.directory)
  const absolute = handlers.map(({ priority, handler }) => ({
    priority,
    handler: 'file' in handler ? { ...handler, file: resolve(handler.file) } : handler,
  }))
  return { handlers: absolute, params, policy }
}

/**
 * The id of the job that a person means: its id, key or name, or a beginning of one that fits no other.
 * @throws Fault `not-found`, `ambiguous`
 */
function findJob({ store }: Engine, reference: string | number): string {
  const text = String(reference)
  const named = store.jobs.named(text)
  const exact = named.find(({ id }) => id === text) ?? named.find(({ key }) => key === text)
  const found = exact ? [exact] : named.length > 0 ? named : store.jobs.beginningWith(text)
  if (found.length === 1) return found[0]!.id
  if (found.length === 0) throw new Fault('not-found', `there is no job ${JSON.stringify(text)}`)
  const names = found.slice(0, 5).map(({ id, name }) => `${name} (${id})`)
  throw new Fault('ambiguous', `${JSON.stringify(text)} fits more than one job: ${names.join(', ')}`)
}

/**
 * The number of the run that a person means: `123` or `#123`.
 * @throws Fault `not-found`, `invalid-input`
 */
function findExecution({ store }: Engine, reference: string | number): number {
  const [, digits] = /^(?:run\s*)?#?(\d{1,15})$/i.exec(String(reference)) ?? []
  if (digits === undefined) {
    throw new Fault(
      'invalid-input',
      `${JSON.stringify(reference)} is no run: a run has a number, such as 12 or #12`,
    )
  }
  if (!store.executions.find(Number(digits))) throw new Fault('not-found', `there is no run #${digits}`)
  return Number(digits)
}
