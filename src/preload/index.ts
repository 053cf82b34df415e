/** The only way from the page to the engine: forwards the messages of `shared/rpc.ts`, and knows no request by name. */
import { contextBridge, ipcRenderer } from 'electron'
import type { Channel } from '../shared/rpc.ts'

const channel: Channel = {
  send: (message) => ipcRenderer.send('jobdeck:message', message),
  receive(onMessage) {
    ipcRenderer.removeAllListeners('jobdeck:message')
    ipcRenderer.on('jobdeck:message', (_, message) => onMessage(message))
  },
  close: () => ipcRenderer.removeAllListeners('jobdeck:message'),
}

contextBridge.exposeInMainWorld('jobdeck', channel)
