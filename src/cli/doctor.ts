import { existsSync, realpathSync } from 'node:fs'
import type { Finding, Output } from '../shared/contract.ts'
import { Fault, type FaultCode } from '../shared/fault.ts'
import { baseEnvironment } from '../core/executors/environment.ts'
import { loginPath } from '../core/executors/login-path.ts'
import { foldersOf } from '../core/folders.ts'
import { examinePlace } from '../core/health/place.ts'
import { deckFile, scriptsFolder, withDeck, type GlobalOptions } from './deck.ts'
import { EXIT } from './exit.ts'
import { quoted } from './scripts.ts'
import { counted, oneLine, print, printJson, printNote, styled, type Style } from './terminal.ts'

type Script = Output<'scripts.get'>

/** What to do about a deck that cannot be opened, beyond what the fault says itself. */
const MEND: Partial<Record<FaultCode, string>> = {
  'database-damaged':
    'Put a copy back: jobdeck backup lists them, jobdeck restore FILE puts one in its place.',
  'database-newer': 'Update Jobdeck.',
  'database-foreign': 'Name another folder by --data or JOBDECK_DATA, or move that file away.',
  'database-locked': 'Close the program that keeps it locked, then look again.',
  'database-permission': 'Give this user the right to write there.',
  'disk-full': 'Make room on the disk.',
}

/** `jobdeck doctor`: whether all is well with the deck, also where it cannot be opened. Returns the exit code. */
export async function doctor(options: GlobalOptions): Promise<number> {
  const file = deckFile(options)
  if (!existsSync(file)) {
    if (options.json)
      printJson({ check: 'deck', state: 'ok', message: `there is no deck ${file} yet`, mend: null })
    else printNote(`There is no deck ${file} yet: the first command that needs one makes it.`)
    return EXIT.ok
  }
  const findings = await withDeck(options, 'command', (client) => client.request('deck.health', {})).catch(
    async (thrown: unknown) => {
      if (!(thrown instanceof Fault)) throw thrown
      const { code, message } = thrown
      const closed: Finding = {
        check: 'deck',
        state: 'problem',
        message: `the deck cannot be opened: ${message}`,
        mend: MEND[code] ?? null,
      }
      return [closed, ...(await examinePlace(realpathSync(file), Date.now()))]
    },
  )
  return tell(findings, options)
}

/** `jobdeck doctor FILE`: the same for a script, with what it gets where no terminal is; makes no deck. */
export async function examineFile(options: GlobalOptions & { file: string }): Promise<number> {
  const [{ examineScript }, { path, message }] = await Promise.all([
    import('../core/handlers/examine.ts'),
    loginPath(),
  ])
  const cacheFolder = foldersOf(deckFile(options)).python
  const environment = baseEnvironment('clean', { ...process.env, PATH: path }, cacheFolder)
  const script = existsSync(options.file) ? undefined : await scriptNamed(options)
  const file = script?.entry ?? options.file
  const findings = await examineScript({ file, environment, pathFrom: message })
  return tell([...(script ? [approvalOf(script)] : []), ...findings], options)
}

/** The script of the scripts folder that is meant, if there is one. */
async function scriptNamed(options: GlobalOptions & { file: string }): Promise<Script | undefined> {
  if (!existsSync(deckFile(options)) && !existsSync(scriptsFolder(options))) return undefined
  return withDeck(options, 'command', (client) =>
    client.request('scripts.get', { script: options.file }).catch(() => undefined),
  ) // then it is meant as a path
}

function approvalOf({ name, state }: Script): Finding {
  const isApproved = state === 'approved'
  return {
    check: 'approval',
    state: isApproved ? 'ok' : 'problem',
    message: isApproved
      ? `${name} is approved as it is`
      : state === 'broken'
        ? `${name} cannot be approved: it cannot be run`
        : `${name} is ${state} and waits to be looked at: it does not run before`,
    mend: isApproved || state === 'broken' ? null : `jobdeck trust ${quoted(name)}`,
  }
}

/** Prints what was found; returns the exit code. */
function tell(findings: Finding[], options: GlobalOptions): number {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length
  const [problems, warnings] = [count('problem'), count('warning')]
  for (const finding of findings) if (options.json) printJson(finding)
  if (!options.json) {
    for (const finding of findings) print(text(finding))
    const found = [problems > 0 && counted(problems, 'problem'), warnings > 0 && counted(warnings, 'warning')]
    print(`\n${found.filter(Boolean).join(' and ') || 'All is well.'}`)
  }
  return problems > 0 ? EXIT.failed : EXIT.ok
}

/** By shape and colour together. */
const LOOK: Record<Finding['state'], { shape: string; style: Style }> = {
  ok: { shape: '✔', style: 'green' },
  warning: { shape: '!', style: 'yellow' },
  problem: { shape: '✖', style: 'red' },
}

function text({ check, state, message, mend }: Finding): string {
  const { shape, style } = LOOK[state]
  const line = `${styled(style, `${shape} ${check.padEnd('permissions'.length)}`)}  ${oneLine(message)}`
  return mend === null ? line : `${line}\n${' '.repeat(15)}→ ${oneLine(mend)}`
}
