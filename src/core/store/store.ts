import type { FaultData } from '../../shared/fault.ts'
import { categoryTable } from './categories.ts'
import { executionList } from './execution-list.ts'
import { executionTable } from './executions.ts'
import { hostTable } from './hosts.ts'
import { jobTable } from './jobs.ts'
import { logTable } from './logs.ts'
import { connect } from './open.ts'
import type { WriteOptions } from './writer.ts'

export type Store = Awaited<ReturnType<typeof openStore>>

/** Opens a deck's database: its tables as functions, and one way to write. See `connect` for the faults. */
export async function openStore(
  path: string,
  onTrouble: (fault: FaultData | null) => void = () => {},
  beforeUpgrade?: () => void,
) {
  const connection = await connect(path, onTrouble, beforeUpgrade)
  const { database, writer, file } = connection
  const dataVersion = database.prepare('pragma data_version').pluck()
  const deckId = database.prepare(`select value from meta where key = 'deck'`).pluck().get() as string
  return {
    file,
    /** The identity of the deck, made with its database. */
    deckId,
    jobs: jobTable(connection),
    categories: categoryTable(connection),
    executions: { ...executionTable(connection), ...executionList(connection) },
    logs: logTable(connection),
    hosts: hostTable(connection),

    /** Runs `work` in the next commit; resolves once that is committed. See `Writer`. */
    write: <T>(work: () => T, options?: WriteOptions): Promise<T> => writer.run(work, options),
    /** Why nothing can be written at present, if so. */
    trouble: () => writer.trouble,
    /** Changes when another connection has committed. */
    dataVersion: () => dataVersion.get() as number,
    close(): void {
      writer.close()
      database.close()
    },
  }
}
