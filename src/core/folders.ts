import { join } from 'node:path'

/** What belongs to a deck lies beside its database, in `FILE-files`. */
export function foldersOf(database: string) {
  const files = `${database}-files`
  return {
    /** Bundled code of handlers, by its digest. */
    code: join(files, 'code'),
    /** What was approved to run, each script in a folder named by its digest. */
    approved: join(files, 'approved'),
    /** Where scripts are dropped, if nobody says otherwise. */
    scripts: join(files, 'scripts'),
    /** Where a host can be reached: its address, and its socket. Nobody else may look into it. */
    listen: join(files, 'listen'),
    /** Where the web host is, and the links that it takes. Nobody else may look into it. */
    web: join(files, 'web'),
    /** Locks of the processes that have the deck open. */
    hosts: join(files, 'hosts'),
    /** One folder per run. */
    temp: join(files, 'temp'),
    /** One folder per run that has files kept with it. */
    artifacts: join(files, 'artifacts'),
    /** One folder per job, kept between its runs. */
    state: join(files, 'state'),
    /** What Python compiles. */
    python: join(files, 'python'),
    backups: join(files, 'backups'),
    /** What hosts in the background tell. */
    logs: join(files, 'logs'),
    /** The key by which the values of secrets are encrypted: never in the database, nor in a copy of it. */
    secretsKey: join(files, 'secrets.key'),
    /** See `provenance.ts`. */
    witness: join(files, 'witness.json'),
  }
}

export type Folders = ReturnType<typeof foldersOf>
