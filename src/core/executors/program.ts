import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Sink } from '../dispatch/record.ts'
import { checkParameters } from '../handlers/parameters.ts'
import { throttleProgress } from './context.ts'
import type { Executor, Outcome, Run, Task } from './executor.ts'
import { errorInfo, startFault } from './failure.ts'
import { findProgram, launchOf } from './launch.ts'
import { LineSplitter } from './lines.ts'
import { outputReader } from './output.ts'
import { counted, drained, readWithBackPressure } from './pipe.ts'
import { VALUE_LIMIT, readableJson } from './readable.ts'
import { readTextFile } from './text-file.ts'
import { endTree, identify, signal, type Root } from './tree.ts'

/** Parameters are also given as one environment variable while they are at most this long, in bytes. */
const PARAMS_IN_ENVIRONMENT = 8192

/** One variable holds at most so many bytes; Linux takes 128 KiB, Windows 32,767 characters. */
const VARIABLE_LIMIT = 30_000

/** The file in which a program finds its parameters. */
export const paramsFile = (tempDir: string) => join(tempDir, 'params.json')
/** The one into which it writes its results. */
const outputFile = (tempDir: string) => join(tempDir, 'output')

const summaryFile = (tempDir: string) => join(tempDir, 'summary.md')

/** Removes them: what is kept of a run for a look must not hold secrets. */
export function removeOwnFiles(tempDir: string): void {
  for (const fileIn of [paramsFile, outputFile, summaryFile]) rmSync(fileIn(tempDir), { force: true })
}

/** Runs a script of any language, a command, or a line for the shell, in a process group of its own. */
export const programExecutor: Executor = async (task: Task, sink: Sink): Promise<Run> => {
  const { definition } = task
  const params = await checkParameters(definition.schema, task.params, 'json', task.secrets)
  const { variables, missing } = parameterVariables(task, params)
  const environment = { ...task.environment, ...variables }
  const forget = () => {
    if (task.secrets.length > 0) removeOwnFiles(task.facts.tempDir)
  }
  const { file, args, isVerbatim } = await launchOf(definition, environment).catch((thrown: unknown) => {
    forget()
    throw thrown
  })
  const ended = Promise.withResolvers<Outcome>()
  const root = Promise.withResolvers<Root>()
  const progress = throttleProgress((value, message) => sink.progress(value, message))
  const isScript = definition.target.kind === 'script'
  const read = outputReader({
    sink,
    progress: progress.report,
    attach: (path, name) => void sink.attach(resolve(definition.directory ?? '', path), name),
    commandsAreRead: isScript,
  })
  let child: ChildProcess | undefined

  async function run(): Promise<Outcome> {
    for (const message of missing) sink.log({ level: 'warn', message })
    child = spawn(file, args, {
      cwd: definition.directory,
      env: environment,
      detached: true, // leads a group of its own, so that the group can be ended
      windowsHide: true,
      windowsVerbatimArguments: isVerbatim,
      stdio: [definition.stdin === 'params' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    // Where there was no room for its pipes there are none.
    if (!child.stdout) throw (await once(child, 'error'))[0]
    const first = child.pid === undefined ? undefined : identify(child.pid)
    root.resolve({ process: first, leadsGroup: true, mark: task.mark })
    child.stdin?.on('error', () => {}) // it need not read what it is offered
    child.stdin?.end(JSON.stringify(params))
    const pipes = (['stdout', 'stderr'] as const).map((stream) => {
      const lines = new LineSplitter(
        definition.encoding,
        (line) => read(line, stream),
        (percent) => progress.report(percent, null),
      )
      return readWithBackPressure(child![stream]!, sink, counted(lines, sink))
    })
    const [code, by] = (await once(child, 'exit')) as [number | null, string | null]
    await drained(pipes, sink)
    progress.end()
    await readSummary(environment.JOBDECK_SUMMARY!, sink)
    return { kind: 'exited', code, signal: by, ...(await readResult(environment.JOBDECK_OUTPUT!)) }
  }

  return {
    begin: () =>
      void run()
        .catch((thrown: unknown): Outcome => ({ kind: 'threw', error: errorInfo(startFault(file, thrown)) }))
        .then((outcome) => {
          forget()
          root.resolve({ mark: task.mark }) // where it could not be started there is no first process
          ended.resolve(outcome)
        }),
    stop() {
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      if (definition.stopCommand) {
        stopBy(definition.stopCommand, child.pid, task, environment, sink).catch((thrown: Error) =>
          sink.log({ level: 'warn', message: `the stop command could not be started: ${thrown.message}` }),
        )
        return
      }
      if (process.platform !== 'win32') return signal(-child.pid, 'SIGTERM')
      sink.log({ level: 'warn', message: 'Windows has no gentle way to end a program: it is ended at once' })
      signal(child.pid, 'SIGTERM')
    },
    async kill() {
      if (child) await endTree(await root.promise, 0)
      else forget() // it was not begun
    },
    ended: ended.promise,
    root: root.promise,
  }
}

/** Asks by a command of the job's own, such as `docker stop NAME`. How that goes is told in the log. */
async function stopBy(
  [name = '', ...args]: string[],
  processId: number,
  { definition }: Task,
  environment: Record<string, string>,
  sink: Sink,
): Promise<void> {
  const warn = (message: string) => sink.log({ level: 'warn', message: `the stop command ${message}` })
  const command = spawn((await findProgram(name, environment)) ?? name, args, {
    cwd: definition.directory,
    env: { ...environment, JOBDECK_PROCESS_ID: String(processId) },
    windowsHide: true,
    stdio: 'ignore',
  })
  command.on('error', ({ message }) => warn(`could not be started: ${message}`))
  command.on('exit', (code, by) => code !== 0 && warn(`ended with ${by ?? `code ${code}`}`))
}

/**
 * The variables and the file through which a program gets its parameters; the file for its results beside it.
 * A secret is in the file alone: what is in the environment of a process, others may see.
 * @returns also of each parameter that cannot have a variable, why not
 */
function parameterVariables({ facts, secretParams }: Task, params: Record<string, unknown>) {
  // At once: these are small and lie beside the database, and each wait for a thread takes longer.
  mkdirSync(facts.tempDir, { recursive: true })
  mkdirSync(facts.stateDir, { recursive: true })
  const json = JSON.stringify(params)
  const file = paramsFile(facts.tempDir)
  writeFileSync(file, json, { mode: 0o600 })
  const missing: string[] = []
  const variables: Record<string, string> = {
    JOBDECK_PARAMS_FILE: file,
    JOBDECK_OUTPUT: outputFile(facts.tempDir),
    JOBDECK_SUMMARY: summaryFile(facts.tempDir),
  }
  if (secretParams.size === 0 && Buffer.byteLength(json) <= PARAMS_IN_ENVIRONMENT)
    variables.JOBDECK_PARAMS = json
  for (const [name, value] of Object.entries(params)) {
    if (value === null || typeof value === 'object' || secretParams.has(name)) continue
    const text = String(value)
    const variable = `JOBDECK_PARAM_${name.replaceAll(/\W/g, '_').toUpperCase()}`
    const obstacle = obstacleOf(text)
    if (obstacle === undefined) variables[variable] = text
    else
      missing.push(
        `the parameter ${JSON.stringify(name)} is not in ${variable}, since ${obstacle}: it is in the file that JOBDECK_PARAMS_FILE names`,
      )
  }
  return { variables, missing }
}

/** Why a variable cannot hold the text. */
function obstacleOf(text: string): string | undefined {
  if (text.includes('\0')) return 'it has a NUL character'
  const bytes = Buffer.byteLength(text)
  if (bytes <= VARIABLE_LIMIT) return undefined
  return `it has ${bytes.toLocaleString('en')} bytes and ${VARIABLE_LIMIT.toLocaleString('en')} fit`
}

/** The results in the file: a JSON object, or lines `name=value` and `name<<END … END`, as GitHub Actions reads them. */
async function readResult(file: string): Promise<{ result: string | null }> {
  const found = await readTextFile(file, VALUE_LIMIT)
  if (!found) return { result: null }
  if (found.bytes > VALUE_LIMIT) return { result: JSON.stringify({ truncated: true, bytes: found.bytes }) }
  return { result: readableJson(parseResult(found.text))?.json ?? null }
}

/** Gives the sink what the program wrote of itself; where that is more than is kept, as much as its mark needs. */
async function readSummary(file: string, sink: Sink): Promise<void> {
  try {
    const found = await readTextFile(file, 2 * VALUE_LIMIT)
    if (found) sink.summarize(found.text)
  } catch (thrown) {
    sink.log({ level: 'warn', message: `the summary was not kept: ${(thrown as Error).message}` })
  }
}

/** @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions#setting-an-output-parameter */
export function parseResult(text: string): Record<string, unknown> {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch {
      // It only looks like JSON: its lines are read.
    }
  }
  const result: [name: string, value: string][] = []
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!
    const [, block, delimiter] = /^([^=]+?)<<(.+)$/.exec(line) ?? []
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(line) ?? []
    if (block !== undefined) {
      const end = lines.indexOf(delimiter!, index + 1)
      // One without an end has all that follows, but not the end of the last line.
      const last = end === -1 ? lines.length - (lines.at(-1) === '' ? 1 : 0) : end
      result.push([block, lines.slice(index + 1, last).join('\n')])
      index = last
    } else if (name !== undefined) result.push([name, value!])
  }
  return Object.fromEntries(result)
}
