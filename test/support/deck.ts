import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { open, type Deck, type LogEntry, type OpenOptions } from '../../src/core/index.ts'

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
