/** The web host of `jobdeck serve --web`, and what it says to the person who started it. */
import { hostname, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createBridge } from '../../core/api.ts'
import type { Engine } from '../../core/engine.ts'
import { print, printJson, printNote } from '../terminal.ts'
import { openBrowser } from './browser.ts'
import { readFiles } from './files.ts'
import { openWeb, type WebHost } from './server.ts'

/** Where the window was built to: beside the bundle, or from the sources in tests. */
const WINDOW = import.meta.url.endsWith('.ts') ? '../../../out/renderer' : '../out/renderer'

export interface WebOptions {
  port?: number | undefined
  open?: boolean | undefined
  json?: boolean | undefined
}

/** Serves the window of the engine, and prints how to get to it. Not into the log: a link is a secret until it is used. */
export async function serveWeb(engine: Engine, { port, open, json }: WebOptions): Promise<WebHost> {
  const files = readFiles(fileURLToPath(new URL(WINDOW, import.meta.url)))
  const host = await openWeb({ bridge: createBridge(engine), folder: engine.folders.web, files, port })
  const link = host.link()
  if (json) printJson({ type: 'web', port: host.port, link })
  else print(`\nOpen Jobdeck in a browser, within 5 minutes; the link works once:\n\n    ${link}\n`)
  printNote('Another link: jobdeck open')
  printNote(`From another machine, first: ${tunnel(host.port)}`)
  if (open) openBrowser(link)
  return host
}

/** What is typed elsewhere so that the link works there too. */
const tunnel = (port: number) => `ssh -L ${port}:127.0.0.1:${port} ${userName()}@${hostname()}`

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'USER' // it has no entry among the users, as in some containers
  }
}
