/** The fastest SQLite queue for Node that was found; it commits each step by itself, with `synchronous = NORMAL`. */
import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker } from 'plainjob'

const silent = { error() {}, warn() {}, info() {}, debug() {} }

/** @returns the function that takes so many jobs through it */
export function plainjob(file: string) {
  const queue = defineQueue({ connection: better(new Database(file)), logger: silent })
  return async (jobs: number) => {
    const all = Promise.withResolvers<void>()
    let done = 0
    const onCompleted = () => ++done === jobs && all.resolve()
    const worker = defineWorker('no-op', async () => {}, { queue, logger: silent, onCompleted })
    for (let index = 0; index < jobs; index++) queue.add('no-op', {})
    void worker.start()
    await all.promise
    await worker.stop()
  }
}
