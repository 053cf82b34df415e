import { types } from 'node:util'

export type Callable = (given: unknown) => unknown

/**
 * A handler, as what can be called and does its work then.
 * @param what it is called in the message
 * @throws TypeError for what is no function, and for functions of which a call runs nothing
 */
export function requireCallable(handler: unknown, what: string): Callable {
  const found = unfit(handler)
  if (found === undefined) return handler as Callable
  throw new TypeError(`${what} must be a function, such as async (execution) => { … }; ${found}`)
}

function unfit(handler: unknown): string | undefined {
  if (handler === undefined) return 'there is none'
  if (typeof handler !== 'function') return `it is a ${typeof handler}`
  if (types.isGeneratorFunction(handler)) return 'it is a generator, and calling one runs nothing of it'
  if (/^class\b/.test(Function.prototype.toString.call(handler)))
    return 'it is a class, which cannot be called'
  return undefined
}
