/** What a queued run waits for, to be read after "waits for". */
const WORDS = {
  turn: 'its turn',
  'category-turn': 'its turn in its category',
  'catch-up-turn': 'its turn among those that are caught up with',
  slot: 'a slot',
  time: 'its time',
  function: 'its function',
  host: 'a program or daemon that has the deck open',
  enabled: 'its job to be enabled',
  'job-resumed': 'its job to be resumed',
  'category-resumed': 'its category to be resumed',
  'deck-resumed': 'the deck to be resumed',
} as const

export type WaitsFor = keyof typeof WORDS
export const WAITS = Object.keys(WORDS) as [WaitsFor, ...WaitsFor[]]

export interface Wait {
  what: WaitsFor
  /** Why somebody paused it. */
  reason: string | null
}

/** In English, as the command line says it. */
export const waitText = ({ what, reason }: Wait): string =>
  WORDS[what] + (reason === null ? '' : ` (${reason})`)
