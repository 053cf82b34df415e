import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { createClient, type Client } from '../shared/client.ts'
import { Fault } from '../shared/fault.ts'
import { createBridge } from '../core/api.ts'
import { createEngine, type Engine } from '../core/engine.ts'

/** Options of every command. */
export interface GlobalOptions {
  data?: string
  json?: boolean
}

/** The folder of the deck: as given, else as the environment says, else where the platform keeps such data. */
export function dataFolder({ data = process.env.JOBDECK_DATA }: GlobalOptions): string {
  if (data === '') throw new Fault('invalid-input', '--data: must name a folder')
  return data === undefined ? usualFolder() : resolve(data)
}

/** Where the platform keeps such data. */
export const usualFolder = () => envPaths('jobdeck', { suffix: '' }).data

export const deckFile = (options: GlobalOptions) => join(dataFolder(options), 'jobdeck.db')

/** Where people drop scripts: the folder of the deck is Jobdeck's alone. */
export const scriptsFolder = (options: GlobalOptions) => join(dataFolder(options), 'scripts')

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
