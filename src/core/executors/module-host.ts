/** Runs one module, in a worker thread or a child process: the end of the protocol that is not the engine. */
import { isDeepStrictEqual } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { entryUrl } from '../entry.ts'
import type { Level, Parameters } from '../../shared/contract.ts'
import { requireCallable, type Callable } from './callable.ts'
import { captureConsole } from './console.ts'
import { createContext, type RunFacts } from './context.ts'
import { errorInfo } from './failure.ts'
import type { FromModule, ToModule } from './protocol.ts'
import { readableJson } from './readable.ts'
import { createStopper } from './stopping.ts'

interface Module {
  default?: unknown
  params?: unknown
}

/** @returns the function that takes the engine's messages */
export function hostModule(send: (message: FromModule) => void): (message: ToModule) => void {
  const { receive, log, fail } = createHost(send)
  captureConsole(log)
  // What a handler leaves unhandled is its failure, with its stack, and no riddle of an exit code.
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  return receive
}

/** The first run of a thread or process takes several times as long as one after it would: this is that first one. */
export async function rehearse(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const environment = { ...process.env } as Record<string, string>
  createHost(resolve).receive({
    type: 'run',
    url: entryUrl('nothing').href,
    facts: NO_FACTS,
    params: {},
    environment,
  })
  await promise
}

const NO_FACTS: RunFacts = {
  id: 0,
  jobId: '',
  jobName: '',
  attempt: 1,
  trigger: 'api',
  plannedAt: 0,
  lastSuccessAt: null,
  tempDir: '',
  stateDir: '',
}

function createHost(send: (message: FromModule) => void) {
  const stopper = createStopper()
  let handler: Callable
  let facts: RunFacts
  let answered = false
  /** Calls of `attach` that wait to hear whether their file is kept. */
  const calls: ((kept: boolean) => void)[] = []

  const log = (level: Level, message: string, fields: string | null) =>
    send({ type: 'log', level, message, fields, time: Date.now() })
  const answer = (message: FromModule) => {
    if (answered) return
    answered = true
    send(message)
  }
  const fail = (thrown: unknown) => answer({ type: 'threw', error: errorInfo(thrown) })

  async function run({ url, params, schema: known }: ToModule & { type: 'run' }) {
    const module = (await import(url)) as Module
    handler = requireCallable(module.default, 'the default export of the file')
    const schema = schemaOf(module)
    if (schema === undefined || isDeepStrictEqual(schema, known)) await call(params)
    else send({ type: 'asks', schema })
  }

  async function call(params: Parameters) {
    const { context, end } = createContext(facts, params, stopper, {
      log,
      progress: (value, message) => send({ type: 'progress', value, message }),
      attach: (path, name) =>
        new Promise((resolve) => send({ type: 'attach', call: calls.push(resolve) - 1, path, name })),
      summary: (markdown) => send({ type: 'summary', markdown }),
    })
    try {
      const result = readableJson(await handler(context))
      end()
      if (result?.cutFrom)
        context.warn(`the result was not kept whole: it has ${result.cutFrom} bytes of JSON`)
      answer({ type: 'returned', result: result?.json ?? null })
    } catch (thrown) {
      end()
      fail(thrown)
    }
  }

  function receive(message: ToModule): void {
    switch (message.type) {
      case 'run':
        facts = message.facts
        enter(message.environment, message.directory)
          .then(() => run(message))
          .catch(fail)
        return
      case 'call':
        void call(message.params)
        return
      case 'attached':
        calls[message.call]!(message.kept)
        return
      case 'stop':
        stopper.stop(message.reason)
        return
      case 'leave':
        process.exit()
    }
  }
  return { receive, log, fail }
}

/** The schema that a module exports, as metadata has it: what could be read without running it may be all of it. */
function schemaOf({ params }: Module): Record<string, unknown> | undefined {
  if (typeof params !== 'object' || params === null) return undefined
  return { type: 'object', ...(JSON.parse(JSON.stringify(params)) as Record<string, unknown>) }
}

/** This place was started before it was known what for. */
async function enter(environment: Record<string, string>, directory: string | undefined): Promise<void> {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  if (isMainThread && directory !== undefined) process.chdir(directory)
}
