/** `npm start`: the desktop application where it can run, else the same in a browser. Ctrl-C ends it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { choose, noWindows, type Choice } from './start/choice.ts'
import { findElectron } from './start/electron.ts'

const ROOT = resolve(import.meta.dirname, '..')

function choice(): Choice {
  const { platform, env: environment } = process
  const machine = { platform, environment, isRoot: process.getuid?.() === 0 }
  const electron = noWindows(machine) === undefined ? findElectron() : { missing: '' }
  return choose({ ...machine, electron })
}

/** Signals of a terminal reach the application by themselves; others are passed on. */
async function runDesktop(program: string): Promise<void> {
  const child = spawn(program, [ROOT, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  const [code] = (await once(child, 'close')) as [number | null]
  process.exitCode = code ?? 1
}

/** In this very process, so that there is nothing to pass on. */
async function runBrowser(): Promise<void> {
  const { main } = (await import(`${ROOT}/dist/cli.js`)) as { main: (argv: string[]) => Promise<void> }
  await main(['serve', '--web', '--open', ...process.argv.slice(2)])
}

if (existsSync(`${ROOT}/dist/cli.js`)) {
  const chosen = choice()
  if (chosen.show === 'browser')
    console.error(`Jobdeck is shown in a browser, not as a desktop application: ${chosen.why}.`)
  await (chosen.show === 'desktop' ? runDesktop(chosen.program) : runBrowser())
} else {
  console.error('Jobdeck is not built yet: npm run build')
  process.exitCode = 1
}
