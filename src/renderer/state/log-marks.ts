/** Where a regular expression is in lines: found in a thread of its own, for nobody knows how long it takes. */
import { useEffect, useMemo, useReducer } from 'react'
import { marksOf, type Wanted } from './log-search.ts'

export type Marks = [number, number][]
export interface Question {
  wanted: Wanted
  texts: string[]
}

/** What takes longer than this, in ms, is given up: nothing more is marked then. */
const PATIENCE = 1000
/** So many texts are remembered. */
const MOST_KNOWN = 2000

class PatternMarks {
  readonly #wanted: Wanted
  readonly #tell: () => void
  readonly #known = new Map<string, Marks>()
  readonly #asked = new Set<string>()
  #worker: Worker | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isGivenUp = false

  constructor(wanted: Wanted, tell: () => void) {
    this.#wanted = wanted
    this.#tell = tell
  }

  /** None where they are not known yet: they are looked for then, and told. */
  marksOf = (text: string): Marks => {
    const known = this.#known.get(text)
    if (known) return known
    if (!this.#isGivenUp) {
      this.#asked.add(text)
      // All lines that are drawn at once are asked for at once.
      this.#timer ??= setTimeout(() => this.#ask())
    }
    return []
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#worker?.terminate()
    this.#worker = undefined
  }

  #ask(): void {
    const texts = [...this.#asked]
    this.#asked.clear()
    this.#worker ??= new Worker(new URL('log-marks-worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', ({ data }) => this.#learn(texts, data as Marks[]), {
      once: true,
    })
    this.#worker.postMessage({ wanted: this.#wanted, texts } satisfies Question)
    this.#timer = setTimeout(() => {
      this.#isGivenUp = true
      this.close()
    }, PATIENCE)
  }

  #learn(texts: string[], marks: Marks[]): void {
    clearTimeout(this.#timer)
    this.#timer = this.#asked.size > 0 ? setTimeout(() => this.#ask()) : undefined
    if (this.#known.size > MOST_KNOWN) this.#known.clear()
    for (const [index, text] of texts.entries()) this.#known.set(text, marks[index]!)
    this.#tell()
  }
}

/** Tells where in a text it is; another function once more is known. */
export function useMarks(wanted: Wanted): (text: string) => Marks {
  const [round, draw] = useReducer((count: number) => count + 1, 0)
  const marks = useMemo(() => (wanted.isPattern ? new PatternMarks(wanted, draw) : null), [wanted])
  useEffect(() => () => marks?.close(), [marks])
  return useMemo(
    () => (text: string) => (marks ? marks.marksOf(text) : marksOf(text, wanted)),
    [marks, wanted, round],
  )
}
