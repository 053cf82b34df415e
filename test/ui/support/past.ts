/** Changes what a deck remembers while nobody keeps it running: as if it had been shut for long. */
import Database from 'better-sqlite3'
import { join } from 'node:path'
import type { WebDeck } from './window.ts'

export function change(deck: WebDeck, ...statements: string[]): void {
  const database = new Database(join(deck.data, 'jobdeck.db'))
  for (const statement of statements) database.exec(statement)
  database.close()
}

/** Everything was planned so much earlier, in ms, and nobody looked since. */
export const wasShut = (deck: WebDeck, span: number): void =>
  change(
    deck,
    `update plans set since = since - ${span}, cursor = cursor - ${span}, next_at = cursor - ${span} + 1, due_at = cursor - ${span} + 1 where kind <> 'daemon'`,
  )
