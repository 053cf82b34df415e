import { createClient, type Client } from '../shared/client.ts'
import { Fault } from '../shared/fault.ts'
import { createBridge } from '../core/api.ts'
import { dataFolder as folderOf, deckIn, scriptsIn } from '../core/data-folder.ts'
import { createEngine, type Engine } from '../core/engine.ts'

/** Options of every command. */
export interface GlobalOptions {
  data?: string
  json?: boolean
}

/** The folder of the deck: as given, else as the environment says, else where the platform keeps such data. */
export function dataFolder({ data = process.env.JOBDECK_DATA }: GlobalOptions): string {
  if (data === '') throw new Fault('invalid-input', '--data: must name a folder')
  return folderOf(data)
}

export { usualFolder } from '../core/data-folder.ts'

export const deckFile = (options: GlobalOptions) => deckIn(dataFolder(options))

export const scriptsFolder = (options: GlobalOptions) => scriptsIn(dataFolder(options))

/** Opens the deck for one command and closes it afterwards, however the command ends. */
export async function withDeck<T>(
  options: GlobalOptions,
  kind: 'run' | 'command',
  work: (client: Client, engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine({
    file: deckFile(options),
    kind,
    environment: 'terminal',
    scripts: scriptsFolder(options),
  })
  try {
    return await work(createClient(createBridge(engine)), engine)
  } finally {
    await engine.close()
  }
}

/** The number of a run: as given, or of the latest run of the job that is meant. */
export async function findRun(client: Client, reference: string): Promise<number> {
  if (/^#?\d+$/.test(reference)) return (await client.request('executions.get', { execution: reference })).id
  const { name, lastExecutionId } = await client.request('jobs.get', { job: reference })
  if (lastExecutionId === null)
    throw new Fault('not-found', `the job ${JSON.stringify(name)} has no runs yet`)
  return lastExecutionId
}
