/** What every host has, and neither the library of the language nor zod declares: Node, Electron and browsers. */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
interface AbortController {
  readonly signal: AbortSignal
  abort(): void
}
declare const AbortController: { new (): AbortController }
declare const TextDecoder: { new (label: string): { readonly encoding: string } }
declare function structuredClone<T>(value: T): T
