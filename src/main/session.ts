/** What no page may do, whatever it holds: see the security checklist of Electron. */
import { app, dialog, shell, type Session, type WebContents } from 'electron'
import { ORIGIN, SCHEME } from './pages.ts'

/** What a page may ask for: to put something where people paste it from. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])
/** The tools for developers are pages of their own. */
const LOCAL: ReadonlySet<string> = new Set([`${SCHEME}:`, 'devtools:', 'data:', 'blob:'])

export function secureSession(session: Session): void {
  session.setPermissionRequestHandler((_, permission, answer) => answer(ALLOWED.has(permission)))
  session.setPermissionCheckHandler(
    (_, permission, origin) => ALLOWED.has(permission) && origin.startsWith(ORIGIN),
  )
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler(null)
  // What the page made itself may be saved, where the person says.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${ORIGIN}/`)) event.preventDefault()
  })
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isLocal(url) }))
}

/** For every page there will be. */
export const secureAllContents = () =>
  app.on('web-contents-created', (_, contents) => secureContents(contents))

function secureContents(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isOfWeb(url))
      shell.openExternal(url).catch((thrown: Error) =>
        dialog.showMessageBox({
          type: 'error',
          message: 'The link could not be opened',
          detail: `${url}\n\n${thrown.message}`,
        }),
      )
    return { action: 'deny' }
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const)
    contents.on(name as 'will-navigate', (event) => {
      if (!isOurs(event.url)) event.preventDefault()
    })
}

/** The page may be loaded anew, but no other one in its place. */
export const isOurs = (url: string): boolean => url === ORIGIN || url.startsWith(`${ORIGIN}/`)

const isLocal = (url: string): boolean => LOCAL.has(protocolOf(url))

/** What the browser of the person opens; any other scheme could start a program. */
const isOfWeb = (url: string): boolean => ['http:', 'https:', 'mailto:'].includes(protocolOf(url))

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '')
