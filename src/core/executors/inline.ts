import { requireCallable } from './callable.ts'
import { createContext, type InlineHandler } from './context.ts'
import type { Executor, Outcome } from './executor.ts'
import { errorInfo } from './failure.ts'
import { readableJson } from './readable.ts'
import { createStopper } from './stopping.ts'

/** Runs functions of this process. There is no isolation, and no way to end one that ignores its signal. */
export function inlineExecutor(functions: ReadonlyMap<string, InlineHandler>): Executor {
  return async (task, sink) => {
    const target = task.definition.target
    const handler = target.kind === 'function' ? functions.get(target.name) : undefined
    if (!handler) throw new Error('the function of this job is not registered in this process')
    const stopper = createStopper()
    const ended = Promise.withResolvers<Outcome>()
    const { context, end } = createContext(task.facts, task.params, stopper, {
      log: (level, message, fields) => sink.log({ level, message, fields }),
      progress: (value, message) => sink.progress(value, message),
      attach: (path, name) => sink.attach(path, name),
      summary: (markdown) => sink.summarize(markdown),
    })

    async function call(): Promise<Outcome> {
      try {
        const result = readableJson(await requireCallable(handler, 'the handler')(context))
        if (result?.cutFrom)
          context.warn(`the result was not kept whole: it has ${result.cutFrom} bytes of JSON`)
        return { kind: 'returned', result: result?.json ?? null }
      } catch (thrown) {
        return { kind: 'threw', error: errorInfo(thrown) }
      } finally {
        end()
      }
    }

    let hasBegun = false
    return {
      begin() {
        hasBegun = true
        void call().then(ended.resolve)
      },
      stop: stopper.stop,
      async kill() {
        if (!hasBegun) return
        const message = 'the function ignored its signal; it was left to itself'
        sink.log({ level: 'warn', message })
        ended.resolve({ kind: 'died', code: null, signal: null, message })
      },
      ended: ended.promise,
      root: Promise.resolve({}),
    }
  }
}
