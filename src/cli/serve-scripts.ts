/** What `jobdeck serve` says of the scripts folders. */
import type { Client } from '../shared/client.ts'
import type { Output } from '../shared/contract.ts'
import type { Say } from './background-log.ts'
import { quoted } from './scripts.ts'
import { counted } from './terminal.ts'

type Script = Output<'scripts.get'>

/** What waits for somebody at the start, as a sentence; undefined where nothing does. */
export async function waitingScripts(client: Client): Promise<string | undefined> {
  const scripts = await client.request('scripts.list', {})
  const waiting = scripts.filter(({ state }) => state === 'new' || state === 'changed')
  if (waiting.length === 0) return undefined
  return `${counted(waiting.length, 'script')} ${waiting.length === 1 ? 'waits' : 'wait'} to be looked at: jobdeck scripts`
}

/** Tells of each script that comes, is changed or is approved, once for each state that it gets into. */
export function tellScripts(client: Client, say: Say): void {
  const told = new Map<string, string>()
  client.on('scripts', ({ names }) => {
    for (const name of names)
      void client.request('scripts.get', { script: name }).then(
        (script) => {
          const state = `${script.state} ${script.digest}`
          if (told.get(name) === state) return
          told.set(name, state)
          say(script.state === 'broken' ? 'warn' : 'info', SENTENCES[script.state](script))
        },
        () => told.delete(name), // it is gone, or is no script
      )
  })
}

const SENTENCES: Record<Script['state'], (script: Script) => string> = {
  new: ({ name }) =>
    `The script ${name} is new: it runs once somebody approves it (jobdeck trust ${quoted(name)})`,
  changed: ({ name }) =>
    `The script ${name} was changed: it runs once somebody approves that (jobdeck trust ${quoted(name)})`,
  approved: ({ name }) => `The script ${name} is approved`,
  broken: ({ name, problem }) => `The script ${name} cannot run: ${problem!.message.split('\n')[0]}`,
  gone: ({ name }) => `The script ${name} is gone`,
}
