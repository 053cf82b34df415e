import { membersOf, type Root } from '../executors/tree.ts'

/** Between two looks at the processes of the runs, in ms. */
const INTERVAL = 1000

/** What the processes of a run use together. */
export interface Usage {
  /** Per cent of one processor, since the last look. */
  cpu: number
  /** Resident bytes. */
  memory: number
}

/** Looks at what the process trees of runs use; all of them share one look at the processes of the machine. */
export class Sampler {
  readonly #watched = new Map<Root, (usage: Usage) => void>()
  #waits = false

  /** Calls back each second while the tree has processes; returns the function that ends it. */
  watch(root: Root, callback: (usage: Usage) => void): () => void {
    this.#watched.set(root, callback)
    this.#wait()
    return () => void this.#watched.delete(root)
  }

  #wait(): void {
    if (this.#waits || this.#watched.size === 0) return
    this.#waits = true
    setTimeout(() => {
      this.#look()
        .catch((thrown: unknown) => process.emitWarning(String(thrown), { code: 'JOBDECK_SAMPLE' }))
        .finally(() => {
          this.#waits = false
          this.#wait()
        })
    }, INTERVAL).unref()
  }

  async #look(): Promise<void> {
    const { default: pidusage } = await import('pidusage')
    for (const [root, pids] of await membersOf([...this.#watched.keys()])) {
      const callback = this.#watched.get(root)
      if (!callback || pids.length === 0) continue
      // One that has ended since is no longer there to be measured.
      const measured = await Promise.all(
        pids.map((pid) => pidusage(pid).catch(() => ({ cpu: 0, memory: 0 }))),
      )
      const sum = (field: 'cpu' | 'memory') => measured.reduce((total, usage) => total + usage[field], 0)
      callback({ cpu: sum('cpu'), memory: sum('memory') })
    }
  }
}
