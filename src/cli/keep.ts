/** `jobdeck run --keep NAME`: makes a job of what is run, with its folder and what is set in this terminal. */
import type { Client } from '../shared/client.ts'
import type { JobInput, Parameters } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { baseEnvironment, isSecret } from '../core/executors/environment.ts'
import { sameName } from './add.ts'
import { print, printNote } from './terminal.ts'

/** What says where a shell is, or how a terminal looks, and means nothing to a job. */
const OF_A_SHELL =
  /^(_|PWD|OLDPWD|SHLVL|LS_COLORS|LSCOLORS|PS\d|PROMPT.*|HIST.*|LINES|COLUMNS|WINDOWID|TERM_.*|TERMCAP|VTE_.*|SSH_(CLIENT|CONNECTION|TTY)|XDG_(SESSION|SEAT|VTNR|CURRENT).*|MAIL|LESS.*|PAGER|EDITOR|VISUAL|HOSTNAME|HOSTTYPE|MACHTYPE|OSTYPE|NO_COLOR|FORCE_COLOR|CLICOLOR.*|TMUX.*|STY|INVOCATION_ID|JOURNAL_STREAM)$/i

/** The variables of a terminal that a job would not have by itself, and the names of those that look like secrets. */
export function variablesToKeep(host: NodeJS.ProcessEnv): {
  kept: Record<string, string>
  secrets: string[]
} {
  const clean = baseEnvironment('clean', host, '')
  const kept: Record<string, string> = {}
  const secrets: string[] = []
  for (const [name, value] of Object.entries(baseEnvironment('terminal', host, ''))) {
    if (name in clean || OF_A_SHELL.test(name)) continue
    if (isSecret(name, value)) secrets.push(name)
    else kept[name] = value
  }
  return { kept, secrets: secrets.toSorted() }
}

/** @throws Fault `conflict` where the name is taken, before anything is run */
export async function refuseTaken(client: Client, name: string): Promise<void> {
  const taken = await sameName(client, name)
  if (taken)
    throw new Fault(
      'conflict',
      `--keep: there is a job ${JSON.stringify(taken.name)} already (${taken.id}): take another name`,
    )
}

/** Stores it, and says with which variables. */
export async function keep(
  client: Client,
  name: string,
  ran: JobInput,
  params: Parameters,
  json = false,
): Promise<void> {
  const { key: _, maxWorkers: __, ...job } = ran
  const { kept, secrets } = variablesToKeep(process.env)
  const names = Object.keys(kept).toSorted()
  const saved = await client.request('jobs.save', {
    ...job,
    name,
    ...(Object.keys(params).length > 0 && { params }),
    ...(names.length > 0 && { environment: { ...kept, ...job.environment } }),
  })
  if (json) return
  print(
    `Kept as ${JSON.stringify(saved.name)} (${saved.id}), which runs in ${saved.policy.directory ?? process.cwd()}`,
  )
  if (names.length > 0) printNote(`Variables that are stored with it: ${names.join(', ')}`)
  if (secrets.length > 0)
    printNote(
      `Not stored, as they look like secrets: ${secrets.join(', ')}. To keep one: jobdeck secrets set NAME, then jobdeck edit ${saved.id} --secret-env NAME=NAME`,
    )
  printNote(
    `To run it: jobdeck start ${saved.id}; to let it run by itself: jobdeck edit ${saved.id} --every 1h, or --cron …`,
  )
}
