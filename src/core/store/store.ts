import { Fault } from '../../shared/fault.ts'
import { approvalTable } from './approvals.ts'
import { artifactTable } from './artifacts.ts'
import { backUp } from './backup.ts'
import { categoryTable } from './categories.ts'
import { executionList } from './execution-list.ts'
import { executionTable } from './executions.ts'
import { hostTable } from './hosts.ts'
import { jobList } from './job-list.ts'
import { jobTable } from './jobs.ts'
import { logTable } from './logs.ts'
import { connect, type ConnectOptions } from './open.ts'
import { occurrenceTable } from './occurrences.ts'
import { pauseTable } from './pauses.ts'
import { planTable } from './plans.ts'
import { createReader } from './reader.ts'
import { retentionTable } from './retention.ts'
import { roomTable } from './room.ts'
import { sampleTable } from './samples.ts'
import { spanTable } from './spans.ts'
import { secretTable } from './secrets.ts'
import { settingTable } from './settings.ts'
import { statisticsTable } from './statistics.ts'
import { summaryTable } from './summaries.ts'
import { trailTable } from './trail.ts'
import { versionTable } from './versions.ts'
import type { WriteOptions } from './writer.ts'

export type Store = Awaited<ReturnType<typeof openStore>>

/** Opens a deck's database: its tables as functions, and one way to write. See `connect` for the faults. */
export async function openStore(path: string, options?: ConnectOptions) {
  const connection = await connect(path, options)
  const { database, writer, file } = connection
  const dataVersion = database.prepare('pragma data_version').pluck()
  const sequence = database.prepare('select coalesce(sum(seq), 0) from sqlite_sequence').pluck()
  const deckId = database.prepare(`select value from meta where key = 'deck'`).pluck().get() as string
  const reader = createReader(file)
  return {
    file,
    /** The identity of the deck, made with its database. */
    deckId,
    jobs: { ...jobTable(connection), ...jobList(connection) },
    categories: categoryTable(connection),
    executions: { ...executionTable(connection), ...executionList(connection) },
    approvals: approvalTable(connection),
    logs: logTable(connection),
    /** What takes long is read in a thread of its own. */
    reader,
    hosts: hostTable(connection),
    pauses: pauseTable(connection),
    plans: planTable(connection),
    occurrences: occurrenceTable(connection),
    room: roomTable(connection),
    retention: retentionTable(connection),
    samples: sampleTable(connection),
    spans: spanTable(connection),
    secrets: secretTable(connection),
    artifacts: artifactTable(connection),
    summaries: summaryTable(connection),
    settings: settingTable(connection),
    statistics: statisticsTable(connection),
    trail: trailTable(connection),
    versions: versionTable(connection),

    /** Runs `work` in the next commit; resolves once that is committed. See `Writer`. */
    write: <T>(work: () => T, options?: WriteOptions): Promise<T> => writer.run(work, options),
    /** Whether something waits to be committed. */
    isWriting: () => writer.isBusy,
    /** Lets no write wait for ever; see `Writer`. */
    hurry: () => writer.hurry(),
    /** Writes nothing any more; see `Writer`. */
    condemn(fault: Fault): void {
      writer.condemn(fault)
      void reader.close(fault)
    },
    condemned: () => writer.condemned,
    /** Why nothing can be written at present, if so. */
    trouble: () => writer.trouble,
    /** By what the file is read and written. */
    describe: () => ({ sqlite: database.prepare('select sqlite_version()').pluck().get() as string }),
    /** Copies the deck to a file while it is in use; see `backUp`. */
    backUp: (target: string) => backUp(database, target),
    /** Rows ever added to executions and trail: it only grows. */
    sequence: () => sequence.get() as number,
    /** Changes when another connection has committed. */
    dataVersion: () => dataVersion.get() as number,
    close(): void {
      void reader.close(new Fault('closed', 'the deck is closed'))
      writer.close()
      database.close()
    },
  }
}
