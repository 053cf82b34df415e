/** The contract over Electron's messages: as `shared/rpc.ts` has it, for the page of our own window alone. */
import { ipcMain, type IpcMainEvent, type WebContents } from 'electron'
import type { Bridge } from '../shared/client.ts'
import { serve, type Channel, type Served } from '../shared/rpc.ts'
import { isOurs } from './session.ts'

const NAME = 'jobdeck:message'

/** Whose message counts: that of the main frame of this page, while it shows our own. */
export const isTrusted = (
  event: Pick<IpcMainEvent, 'sender' | 'senderFrame'>,
  contents: WebContents,
): boolean =>
  event.sender === contents &&
  event.senderFrame === contents.mainFrame &&
  isOurs(event.senderFrame?.url ?? '')

/**
 * Answers the page, and whatever page is loaded after it: what one has asked for ends with it.
 * @returns the function that ends it
 */
export function serveContents(contents: WebContents, bridge: Bridge): () => void {
  let served: Served | undefined
  let take: (message: unknown) => void = () => {}

  function begin(): void {
    served?.end()
    const channel: Channel = {
      send(message) {
        // What ended with its page is told to none that came after it.
        if (current === channel && !contents.isDestroyed()) contents.send(NAME, message)
      },
      receive: (onMessage) => void (take = onMessage),
      close: () => {},
    }
    current = channel
    served = serve(channel, bridge)
  }
  let current: Channel | undefined

  function end(): void {
    current = undefined
    take = () => {}
    served?.end()
  }

  const onMessage = (event: IpcMainEvent, message: unknown) => {
    if (isTrusted(event, contents)) take(message)
  }
  ipcMain.on(NAME, onMessage)
  contents.on('did-navigate', begin)
  contents.on('render-process-gone', end)
  contents.once('destroyed', () => {
    ipcMain.off(NAME, onMessage)
    end()
  })
  return end
}
