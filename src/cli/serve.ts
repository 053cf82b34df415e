/** `jobdeck serve`: keeps a deck running in the foreground, for terminals, service managers and logins. */
import { createBridge } from '../core/api.ts'
import { makeFolder } from '../core/disk.ts'
import { createEngine, type Engine } from '../core/engine.ts'
import { loginPath } from '../core/executors/login-path.ts'
import { listen, type Listening } from '../core/socket.ts'
import { createClient, type Client } from '../shared/client.ts'
import type { Execution } from '../shared/contract.ts'
import { parseDuration } from '../shared/duration.ts'
import { Fault, type FaultCode, type FaultData } from '../shared/fault.ts'
import { backgroundLog, type Say } from './background-log.ts'
import { deckFile, scriptsFolder, type GlobalOptions } from './deck.ts'
import { EXIT } from './exit.ts'
import { tellScripts, waitingScripts } from './serve-scripts.ts'
import { targetNames, untilText } from './targets.ts'
import { counted, duration, printJson } from './terminal.ts'
import { serveWeb } from './web/serve-web.ts'

export interface ServeOptions extends GlobalOptions {
  /** How long what runs may go on after a signal. */
  drain: string
  /** Also in a browser. */
  web?: boolean
  port?: number
  open?: boolean
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** After these nothing of the deck goes on: they are told once, as the end. */
const OVER: ReadonlySet<string> = new Set<FaultCode>(['database-replaced', 'closed'])
/** What the socket would do, where there is no place for one. */
const NOWHERE: Listening = { path: '', stop: () => {}, end: () => Promise.resolve() }

/** Runs until a signal comes, or the deck is gone; returns the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const drain = parseDuration(options.drain)!
  if (!options.web && (options.port !== undefined || options.open))
    throw new Fault('invalid-input', '--port and --open go with --web: without it there is nothing to open')
  const end = endings()
  let say: Say | undefined
  let plans = false
  let hasBegun = false
  // The planner is who can be reached: it is asked to listen when it becomes that.
  const reach = async (engine: Engine): Promise<Listening> => {
    plans = true
    if (hasBegun) say?.('info', 'The program that planned has gone: this one plans now')
    return listen(engine.folders.listen, createBridge(engine)).catch((thrown: Error) => {
      say ??= backgroundLog(engine.folders.logs, 'serve').say
      say('warn', `Other programs cannot reach this one: ${thrown.message}`)
      return NOWHERE
    })
  }
  const login = isInTerminal() ? undefined : await loginPath()
  const engine = await createEngine({
    file: deckFile(options),
    kind: 'serve',
    listen: reach,
    scripts: scriptsFolder(options),
    ...(login && { path: login.path, pathFrom: login.message }),
  })
  const awake = setInterval(() => {}, 2 ** 30) // nothing else of the engine keeps a process alive
  const web = options.web ? serveWeb(engine, options) : undefined
  web?.catch(() => {}) // told below
  try {
    say ??= backgroundLog(engine.folders.logs, 'serve').say
    const client = createClient(createBridge(engine))
    const replaced = tellAll(client, say)
    if (options.json) printJson({ type: 'serving', deck: engine.store.file, planner: plans })
    say('info', await introduction(client, engine.store.file, plans))
    if (login) say(login.from === 'shell' ? 'info' : 'warn', sentenceOf(login.message))
    hasBegun = true
    const [folder] = await client.request('scripts.folders', {})
    makeFolder(folder!.path)
    tellScripts(client, say)
    for (const text of await obstacles(client)) say('warn', text)
    await web
    const ending = await Promise.race([replaced, end.next()])
    if (typeof ending !== 'string') {
      say('error', ending.message)
      await engine.close()
      return EXIT.failed
    }
    await leave(client, engine, { say, end, drain, signal: ending })
    say('info', 'Ended')
    return EXIT.ok
  } finally {
    clearInterval(awake)
    end.forget()
    await engine.close()
    await (await web?.catch(() => undefined))?.end()
  }
}

/** Whoever types it has the PATH that is wanted. */
const isInTerminal = () => [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)

const sentenceOf = (message: string) => message.charAt(0).toUpperCase() + message.slice(1)

/** The signals, one after another; a third one waits for nothing. */
function endings() {
  const given: string[] = []
  const waiting: ((signal: string) => void)[] = []
  let count = 0
  const heed = (signal: string) => {
    if (++count > 2) process.exit(EXIT.ok)
    const resolve = waiting.shift()
    if (resolve) resolve(signal)
    else given.push(signal)
  }
  for (const signal of SIGNALS) process.on(signal, heed)
  return {
    next: () =>
      new Promise<string>((resolve) => {
        const signal = given.shift()
        if (signal === undefined) waiting.push(resolve)
        else resolve(signal)
      }),
    forget: () => SIGNALS.forEach((signal) => process.off(signal, heed)),
  }
}

interface Leaving {
  say: Say
  end: ReturnType<typeof endings>
  drain: number
  signal: string
}

/** Lets what runs end, for a while; then, or at a second signal, it is asked to. */
async function leave(client: Client, engine: Engine, { say, end, drain, signal }: Leaving): Promise<void> {
  const { running } = await client.request('queue.get', {})
  const wait =
    running === 0 || drain === 0 ? '' : `; ${counted(running, 'run')} may go on for ${duration(drain)}`
  say('info', `Ending after ${signal}${wait}`)
  const closed = engine.close(drain)
  void end.next().then((again) => {
    say('info', `${again} again: what still runs is asked to end now`)
    return engine.close()
  })
  await closed
}

/** One line that says what is served, and who plans. */
async function introduction(client: Client, file: string, plans: boolean): Promise<string> {
  // What runs once has mostly run: it is not counted.
  const scheduled = await client.request('jobs.count', {
    schedules: ['cron', 'every', 'daemon'],
    exact: true,
  })
  const jobs =
    scheduled.count === 1 ? '1 job that runs' : `${scheduled.count.toLocaleString('en')} jobs that run`
  const what = `Serving ${file} (process ${process.pid}), with ${jobs} by ${scheduled.count === 1 ? 'itself' : 'themselves'}`
  if (plans) return `${what}; this program plans`
  const { hosts } = await client.request('queue.get', {})
  const others = hosts.filter(({ kind, processId }) => MAY_PLAN.has(kind) && processId !== process.pid)
  const [other] = others
  const who = others.length === 1 && other ? `process ${other.processId} (${other.kind})` : 'another program'
  return `${what}; ${who} plans, and this one takes over when that goes`
}

const MAY_PLAN = new Set(['serve', 'library', 'desktop'])

/** What keeps jobs from running by themselves, as far as it can be told at the start. */
async function obstacles(client: Client): Promise<string[]> {
  const { pauses } = await client.request('queue.get', {})
  const nameOf = pauses.length > 0 ? await targetNames(client) : String
  const found = pauses.map((pause) => `Paused: ${nameOf(pause.target)} ${untilText(pause)}`)
  const held = await client.request('occurrences.list', { outcomes: ['held'], limit: 1000 })
  const times = held.reduce((sum, { count }) => sum + count, 0)
  if (times > 0)
    found.push(
      `${counted(times, 'planned time')} ${times === 1 ? 'waits' : 'wait'} for an answer: jobdeck missed`,
    )
  const scripts = await waitingScripts(client)
  if (scripts !== undefined) found.push(scripts)
  return found
}

/** Tells what happens, from now on; resolves with the fault after which nothing more can. */
function tellAll(client: Client, say: Say): Promise<FaultData> {
  const gone = Promise.withResolvers<FaultData>()
  client.on('closed', ({ fault }) => {
    if (fault.code !== 'closed') gone.resolve(fault)
  })
  client.on('trouble', ({ fault }) => {
    if (!fault) say('info', 'Going on')
    else if (!OVER.has(fault.code)) say('error', fault.message)
  })
  client.on('execution', ({ id, status }) => {
    if (status === 'queued' || status === 'initializing') return
    client.request('executions.get', { execution: id }).then(
      (execution) => say(levelOf(status), sentence({ ...execution, status })),
      (thrown: unknown) => {
        // It was deleted, or the deck is closed by now: nothing is left to say of it.
        if (!(thrown instanceof Fault)) throw thrown
      },
    )
  })
  return gone.promise
}

const BAD: ReadonlySet<Execution['status']> = new Set(['failed', 'timeout', 'killed'])
const levelOf = (status: Execution['status']) => (BAD.has(status) ? 'warn' : 'info')

const ENDED: Partial<Record<Execution['status'], string>> = {
  failed: 'failed',
  cancelled: 'was cancelled',
  timeout: 'took too long',
  killed: 'was killed',
  interrupted: 'was interrupted',
}

function sentence({ id, jobName, status, trigger, attempt, durationMs, error, retryId }: Execution): string {
  const run = `Run #${id} of ${JSON.stringify(jobName)}`
  if (status === 'running') {
    const attempts = attempt > 1 ? `, attempt ${attempt}` : ''
    return `${run} began (${trigger}${attempts})`
  }
  const took = durationMs === null ? '' : ` after ${duration(durationMs)}`
  const why = error ? `: ${error.message.split('\n')[0]}` : ''
  const again = retryId === null ? '' : `; it is tried again as run #${retryId}`
  return `${run} ${ENDED[status] ?? status}${took}${why}${again}`
}
