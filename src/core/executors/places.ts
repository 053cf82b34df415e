/** Where executions run, and what each of them is given there. */
import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../shared/fault.ts'
import { laneOf, type Definition } from '../definition.ts'
import type { Folders } from '../folders.ts'
import { checkCode, digestOfFile } from '../handlers/code.ts'
import type { Scripts } from '../scripts/scripts.ts'
import type { Secrets } from '../secrets.ts'
import type { Claimed } from '../store/claim.ts'
import { childExecutor, childStock } from './child.ts'
import type { Executor, Task } from './executor.ts'
import type { InlineHandler, RunFacts } from './context.ts'
import { launchedExecutor, launchedStock } from './launched.ts'
import type { Launcher } from './launcher.ts'
import { launchOf } from './launch.ts'
import { maskEnvironment, plainVariables } from './environment.ts'
import { readGiven, storedVariables } from './given.ts'
import { inlineExecutor } from './inline.ts'
import { paramsFile, programExecutor, removeOwnFiles } from './program.ts'
import { threadExecutor, threadStock } from './thread.ts'
import { RUN_MARK, markOf } from './tree.ts'

export interface PlaceOptions {
  folders: Folders
  /** The part of the host's environment that every run gets. */
  base: Record<string, string>
  functions: ReadonlyMap<string, InlineHandler>
  hostId: string
  scripts: Pick<Scripts, 'check'>
  secrets: Secrets
  /** Starts processes for modules, where Node cannot. */
  launcher?: Launcher | undefined
}

export function createPlaces(options: PlaceOptions) {
  const { folders, base, functions, hostId, scripts, secrets, launcher } = options
  const threads = threadStock()
  const inline = inlineExecutor(functions)
  const onThread = threadExecutor(threads)
  const { children, inChild } = processes()

  function processes() {
    if (launcher) {
      const children = launchedStock(launcher, base)
      return { children, inChild: launchedExecutor(launcher, children) }
    }
    const children = childStock(base)
    return { children, inChild: childExecutor(children) }
  }

  /** Runs that were told where they have a folder of their own, and may have made it: most functions never ask. */
  const withFolder = new Set<number>()

  const storedEnvironments = new WeakMap<Definition, Record<string, string>>()

  function storedEnvironment(definition: Definition): Record<string, string> | undefined {
    if (laneOf(definition) === 'inline') return undefined
    const known = storedEnvironments.get(definition)
    if (known) return known
    const environment = Object.freeze(maskEnvironment({ ...base, ...storedVariables(definition) }))
    storedEnvironments.set(definition, environment)
    return environment
  }

  const environmentOf = (
    { id, jobName, definition, attempt, trigger, scheduledAt, lastSuccessAt }: Claimed,
    variables: Record<string, string>,
    { tempDir, stateDir }: Pick<RunFacts, 'tempDir' | 'stateDir'>,
  ): Record<string, string> => ({
    ...base,
    ...variables,
    [RUN_MARK]: markOf(hostId, id),
    JOBDECK_EXECUTION_ID: String(id),
    JOBDECK_JOB: jobName,
    JOBDECK_ATTEMPT: String(attempt),
    JOBDECK_TRIGGER: trigger,
    JOBDECK_PLANNED_AT: new Date(scheduledAt).toISOString(),
    JOBDECK_LAST_SUCCESS_AT: lastSuccessAt === null ? '' : new Date(lastSuccessAt).toISOString(),
    JOBDECK_TEMP_DIR: tempDir,
    JOBDECK_STATE_DIR: stateDir,
    // What runs is a copy: some want to know where it comes from.
    ...(definition.script && 'file' in definition.target && { JOBDECK_SCRIPT: definition.target.file }),
  })

  return {
    /**
     * What is stored of the environment of all runs with a definition: not what tells of one run alone, which is in its
     * row. A function has none.
     */
    storedEnvironment,

    /** How many threads are ready. What they run needs no preparation. */
    readyThreads: () => threads.ready,

    executorOf({ definition }: Task): Executor {
      const lane = laneOf(definition)
      if (lane === 'inline') return inline
      if (lane === 'thread') return onThread
      return definition.target.kind === 'module' ? inChild : programExecutor
    },

    /**
     * Everything about a run that its host knows.
     * @throws Fault `directory-missing`, `not-approved`, `secret-missing`, `env-file`, or where the stored code is gone
     */
    async taskOf(claimed: Claimed): Promise<Task> {
      const { id, jobId, jobName, definition, attempt, trigger, lastSuccessAt } = claimed
      const { target } = definition
      const plannedAt = claimed.scheduledAt
      if (definition.script) await scripts.check(definition)
      else if (target.kind === 'script') await requireSame(target.file, target.digest)
      await requirePlace(definition)
      const given = await readGiven(definition, claimed.params, secrets)
      const { params, secretParams, variables } = given
      const isInline = laneOf(definition) === 'inline'
      const hasFiles = definition.environmentFiles !== undefined && !isInline
      const facts = {
        id,
        jobId,
        jobName,
        attempt,
        trigger,
        plannedAt,
        lastSuccessAt,
        get tempDir() {
          withFolder.add(id)
          return join(folders.temp, String(id))
        },
        get stateDir() {
          return join(folders.state, jobId)
        },
      }
      return {
        facts,
        definition,
        params,
        secretParams,
        secrets: given.secrets,
        variableNames: Object.keys(variables),
        code: target.kind === 'module' ? checkCode(folders.code, target.digest) : undefined,
        mark: markOf(hostId, id),
        // A function has that of this process.
        environment: isInline ? {} : environmentOf(claimed, variables, facts),
        storedEnvironment: hasFiles
          ? maskEnvironment({ ...base, ...given.storedVariables })
          : storedEnvironment(definition),
      }
    },

    /**
     * Says what would keep a run from beginning now that is not looked at when it is queued.
     * @throws Fault `directory-missing`, `command-missing`
     */
    async requireStart(definition: Definition): Promise<void> {
      await requirePlace(definition)
      const { target, environment } = definition
      if (target.kind === 'command' || target.kind === 'script')
        await launchOf(definition, { ...base, ...plainVariables(environment) })
    },

    /** A run has ended: its folder is removed, or kept for a look. */
    leave(id: number, keepFolder: boolean): void {
      if (!withFolder.delete(id) || keepFolder) return
      const folder = join(folders.temp, String(id))
      if (existsSync(folder)) removeFolder(folder)
    },

    /** Removes what may hold secrets of a run that its host could not clear any more. */
    forget(id: number): void {
      removeOwnFiles(join(folders.temp, String(id)))
    },

    close(): void {
      threads.close()
      children.close()
    },
  }
}

/** At once where it holds but our own file, as most do; one with more takes as long as it takes. */
function removeFolder(folder: string): void {
  try {
    rmSync(paramsFile(folder), { force: true })
    rmdirSync(folder)
  } catch {
    rm(folder, { recursive: true, force: true }).catch(() => {}) // it goes with its run
  }
}

/** A run keeps to what it was queued with: of a program that lies where somebody works on it there is no copy. */
async function requireSame(file: string, digest: string): Promise<void> {
  const now = await digestOfFile(file).catch((thrown: Error) => {
    throw new Fault('handler-missing', `${file} cannot be read: ${thrown.message}`, { cause: thrown })
  })
  if (now === digest) return
  throw new Fault('handler-unsuitable', `${file} was changed after this run was queued: start it anew`)
}

async function requirePlace(definition: Definition): Promise<void> {
  const { directory } = definition
  if (laneOf(definition) !== 'process' || directory === undefined) return
  const found = await stat(directory).catch(() => undefined)
  if (found?.isDirectory()) return
  const message = `the working directory ${directory} ${found ? 'is not a folder' : 'does not exist'}`
  throw new Fault('directory-missing', message)
}
