import { endTree, membersOf, type Root } from './tree.ts'

/** Runs that ended within this time share one look at the processes of the machine, in ms. */
const GATHER_TIME = 250

/** Ends what finished runs left behind in their trees, in the background. */
export class Leftovers {
  readonly #graces = new Map<Root, number>()
  readonly #ending = new Set<Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined

  /** @param grace milliseconds from SIGTERM to SIGKILL */
  add(root: Root, grace: number): void {
    this.#graces.set(root, grace)
    this.#timer ??= setTimeout(() => this.#look(), GATHER_TIME).unref()
  }

  /** Resolves when nothing of what was added is left. */
  async close(): Promise<void> {
    if (this.#graces.size > 0) this.#look()
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const graces = new Map(this.#graces)
    this.#graces.clear()
    const ending = membersOf([...graces.keys()])
      .then((found) => [...found].filter(([, pids]) => pids.length > 0))
      .then((left) => Promise.all(left.map(([root]) => endTree(root, graces.get(root)!))))
      .catch((thrown: unknown) => process.emitWarning(String(thrown), { code: 'JOBDECK_LEFTOVERS' }))
      .finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }
}
