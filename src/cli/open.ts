import { Fault } from '../shared/fault.ts'
import { foldersOf } from '../core/folders.ts'
import { deckFile, type GlobalOptions } from './deck.ts'
import { print, printJson } from './terminal.ts'
import { openBrowser } from './web/browser.ts'
import { digestOf, issueLink, readWebAddress } from './web/links.ts'

export interface OpenOptions extends GlobalOptions {
  print?: boolean
}

/** `jobdeck open`: a new link to the web host of the deck. */
export async function open(options: OpenOptions): Promise<void> {
  const file = deckFile(options)
  const folder = foldersOf(file).web
  const address = readWebAddress(folder)
  if (!address || !(await isThere(address)))
    throw new Fault('not-listening', `nobody serves ${file} in a browser: start it with jobdeck serve --web`)
  const link = issueLink(folder, address.port)
  if (options.json) printJson({ type: 'web', port: address.port, link })
  else print(link)
  if (!options.print && !options.json) openBrowser(link)
}

/** Whether the program that said so still answers there, and not another one that got its port. */
async function isThere({ port, instance }: { port: number; instance: string }): Promise<boolean> {
  try {
    const { headers } = await fetch(`http://127.0.0.1:${port}/open`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(5000),
    })
    return headers.get('x-jobdeck-instance') === digestOf(instance)
  } catch {
    return false
  }
}
