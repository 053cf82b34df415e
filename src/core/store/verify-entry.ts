/** The entry of a worker thread that reads the whole of a database. */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { storeFault } from './failure.ts'
import { APPLICATION_ID } from './migrate.ts'

const { file } = workerData as { file: string }

function check(): { code: string; message: string } | null {
  try {
    const database = new Database(file, { readonly: true })
    try {
      if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID)
        return { code: 'database-foreign', message: `${file} is not a database of Jobdeck` }
      const found = database.pragma('quick_check(1)', { simple: true }) as string
      return found === 'ok' ? null : { code: 'database-damaged', message: `${file} is damaged: ${found}` }
    } finally {
      database.close()
    }
  } catch (thrown) {
    return storeFault(thrown, file).toJSON()
  }
}

parentPort!.postMessage(check())
