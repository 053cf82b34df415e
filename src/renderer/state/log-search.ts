/** Looking for a text in the whole log of a run: the store looks, not the window. */
import type { Input, Level, LogEntry } from '../../shared/contract.ts'
import { toFault, type FaultData } from '../../shared/fault.ts'

/** What is looked for. */
export interface Wanted {
  text: string
  isPattern: boolean
  matchesCase: boolean
}

export const NOTHING: Wanted = { text: '', isPattern: false, matchesCase: false }

/** What is wanted in the words of the contract. A text is found in upper and lower case; else it is a pattern. */
export function filterOf({ text, isPattern, matchesCase }: Wanted): {
  text?: string
  pattern?: string
  ignoreCase?: boolean
} {
  if (text === '') return {}
  if (isPattern) return { pattern: text, ignoreCase: !matchesCase }
  return matchesCase ? { pattern: text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`) } : { text }
}

/** Beyond this many places in one line, none is marked. */
const MOST_MARKS = 100
/** A pattern is not tried on more than this much of a line. How long it takes is up to `log-marks` all the same. */
const LONGEST = 5000

/** Where in a text it is, as pairs of a beginning and an end. */
export function marksOf(text: string, wanted: Wanted): [number, number][] {
  const { text: source, pattern, ignoreCase } = filterOf(wanted)
  const marks: [number, number][] = []
  if (source) {
    // Upper and lower case of some letters differ in length: then the places would be wrong.
    const folded = text.toLowerCase()
    if (folded.length !== text.length) return []
    const sought = source.toLowerCase()
    for (
      let at = folded.indexOf(sought);
      at >= 0 && marks.length < MOST_MARKS;
      at = folded.indexOf(sought, at + sought.length)
    )
      marks.push([at, at + sought.length])
  } else if (pattern) {
    const expression = toExpression(pattern, ignoreCase === true)
    if (!expression) return []
    for (const match of text.slice(0, LONGEST).matchAll(expression)) {
      if (match[0] !== '') marks.push([match.index, match.index + match[0].length])
      if (marks.length >= MOST_MARKS) break
    }
  }
  return marks
}

function toExpression(source: string, ignoresCase: boolean): RegExp | undefined {
  try {
    return new RegExp(source, ignoresCase ? 'gmui' : 'gmu')
  } catch {
    return undefined
  }
}

/** Why what was typed is no regular expression; null where it is one, or none is wanted. */
export function patternProblem({ text, isPattern }: Wanted): string | null {
  if (!isPattern || text === '') return null
  try {
    RegExp(text, 'mu')
    return null
  } catch (thrown) {
    const { message } = thrown as Error
    return /^[^]*\/[a-z]*: ([^]*)$/.exec(message)?.[1] ?? message
  }
}

/** What kept a look from going on. That the connection is lost is told above the view, and passes. */
export function lastingFault(thrown: unknown): FaultData | null {
  const fault = toFault(thrown).toJSON()
  return fault.code === 'disconnected' ? null : fault
}

/** A pattern that is none, or takes too long, is not better the next time. */
export const isFinal = ({ code }: FaultData): boolean => code === 'invalid-input'

/** Lines that are asked for at once. */
const PAGE = 1000
/** So many matches are counted; of further ones it is only known that there are some. */
const FEW = 10_000

type Read = (part: Omit<Input<'logs.list'>, 'execution'>, signal: AbortSignal) => Promise<LogEntry[]>

/** The lines of a run in which it is, from the first line on, and of those that it grows by. */
export class LogMatches {
  readonly wanted: Wanted
  readonly #levels: Level[] | undefined
  readonly #read: Read
  readonly #tell: () => void
  readonly #giveUp = new AbortController()
  readonly sequences: number[] = []
  fault: FaultData | null = null
  #reached = 0
  #last = 0
  #looking: Promise<void> | undefined

  constructor(wanted: Wanted, levels: Level[] | undefined, read: Read, tell: () => void) {
    this.wanted = wanted
    this.#levels = levels
    this.#read = read
    this.#tell = tell
  }

  get isLooking(): boolean {
    return this.#looking !== undefined
  }

  /** Whether the log was not looked through to its end. */
  get hasMore(): boolean {
    return this.#reached < this.#last
  }

  /** The log has grown to this line, or it may be looked through again where that was not possible before. */
  grow(last: number): void {
    this.#last = Math.max(last, this.#last)
    if (this.fault && isFinal(this.fault)) return
    if (this.sequences.length < FEW) this.#look()
  }

  close(): void {
    this.#giveUp.abort()
  }

  #look(): void {
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = undefined
      if (!this.#giveUp.signal.aborted) this.#tell()
    })
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#giveUp
    try {
      while (this.#reached < this.#last && this.sequences.length < FEW && !signal.aborted) {
        const through = this.#last
        const part = { ...filterOf(this.wanted), after: this.#reached, through, limit: PAGE }
        const entries = await this.#read({ ...part, ...(this.#levels && { levels: this.#levels }) }, signal)
        this.fault = null
        for (const { sequence } of entries) this.sequences.push(sequence)
        this.#reached = entries.length === PAGE ? entries.at(-1)!.sequence : through
        if (!signal.aborted) this.#tell()
      }
    } catch (thrown) {
      if (!signal.aborted) this.fault = lastingFault(thrown)
    }
  }
}

/** The match after the line, or before it; beyond the last one it begins anew. */
export function nextMatch(sequences: readonly number[], from: number, step: 1 | -1): number | undefined {
  if (step === 1) return sequences.find((sequence) => sequence > from) ?? sequences[0]
  return sequences.findLast((sequence) => sequence < from) ?? sequences.at(-1)
}
