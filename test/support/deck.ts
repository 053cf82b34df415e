import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  open,
  type Deck,
  type Execution,
  type ExecutionDetail,
  type HandlerContext,
  type LogEntry,
  type OpenOptions,
} from '../../src/core/index.ts'

/** A folder of the test's own, removed when it has finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'jobdeck-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file in the folder; returns its path. */
export function writeFile(folder: string, name: string, content: string | Buffer, mode = 0o644): string {
  const path = join(folder, name)
  writeFileSync(path, content, { mode })
  return path
}

/** A real deck in a folder of the test's own, closed when the test has finished. */
export async function openDeck(options: Partial<OpenOptions> = {}): Promise<Deck & { file: string }> {
  const file = options.file ?? join(temporaryFolder(), 'jobs.db')
  const deck = await open({ ...options, file })
  onTestFinished(() => deck.close())
  return Object.assign(deck, { file })
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

export const messages = (entries: LogEntry[]) => entries.map(({ message }) => message)

/** A handler that tells when it has begun and ends when it is let go. */
export function gate() {
  const begun = Promise.withResolvers<HandlerContext>()
  const end = Promise.withResolvers<unknown>()
  const handler = (execution: HandlerContext) => {
    begun.resolve(execution)
    return end.promise
  }
  return { handler, begun: begun.promise, end: end.resolve }
}

/** A handler that ends when it is asked to, with the name of the reason. */
export const obedient = (execution: HandlerContext) =>
  new Promise((_, reject) =>
    execution.signal.addEventListener('abort', () => reject(execution.signal.reason)),
  )

/** The run as it is when it first passes the test: now, or after some event. */
export async function until(
  deck: Deck,
  execution: Execution | number,
  test: (detail: ExecutionDetail) => boolean,
): Promise<ExecutionDetail> {
  const id = typeof execution === 'number' ? execution : execution.id
  for (;;) {
    const news = Promise.withResolvers<void>()
    const stops = [
      deck.on('execution', () => news.resolve()),
      deck.on('changed', () => news.resolve()),
      deck.on('progress', () => news.resolve()),
    ]
    const detail = await deck.client.request('executions.get', { execution: id })
    if (!test(detail)) await news.promise
    for (const stop of stops) stop()
    if (test(detail)) return detail
  }
}
