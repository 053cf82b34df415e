import { endTree, findMarks } from './tree.ts'

/** Runs that ended within this time share one look at the processes of the machine, in ms. */
const GATHER_TIME = 250

/** Ends what finished runs left behind in their trees, in the background. */
export class Leftovers {
  readonly #waiting = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  readonly #ending = new Set<Promise<unknown>>()

  /** @param grace milliseconds from SIGTERM to SIGKILL */
  add(mark: string, grace: number): void {
    this.#waiting.set(mark, grace)
    this.#timer ??= setTimeout(() => this.#look(), GATHER_TIME).unref()
  }

  /** Resolves when nothing of what was added is left. */
  async close(): Promise<void> {
    if (this.#waiting.size > 0) this.#look()
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const graces = new Map(this.#waiting)
    this.#waiting.clear()
    const ending = findMarks(graces.keys())
      .then((marks) => Promise.all(marks.map((mark) => endTree({ mark }, graces.get(mark)!))))
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }
}
