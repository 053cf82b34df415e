/** `app://jobdeck/…`: the pages of the window, out of the folder that was built. */
import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { fileOf, headersOf, SCHEME } from './pages.ts'

/** To be called before Electron is ready. */
export const registerScheme = () =>
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])

export const servePages = (folder: string) =>
  protocol.handle(SCHEME, async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return refuse(405)
    const file = fileOf(folder, url)
    if (file === undefined) return refuse(404)
    return new Response(method === 'HEAD' ? null : await readFile(file), { headers: headersOf(file) })
  })

// Refusals have a policy as well: nothing runs in them.
const refuse = (status: number) => new Response('', { status, headers: headersOf('') })
