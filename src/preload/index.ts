/** The only way from the page to the engine: forwards what it is given, and knows no request by name. */
import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge } from '../shared/client.ts'
import type { EventName, Reply } from '../shared/contract.ts'

const bridge: Bridge = {
  request: (name, input) => ipcRenderer.invoke('jobdeck:request', name, input) as Promise<Reply<unknown>>,
  subscribe(listener) {
    const forward = (_: unknown, name: EventName, event: unknown) => listener(name, event)
    ipcRenderer.on('jobdeck:event', forward)
    return () => void ipcRenderer.off('jobdeck:event', forward)
  },
}

contextBridge.exposeInMainWorld('jobdeck', bridge)
