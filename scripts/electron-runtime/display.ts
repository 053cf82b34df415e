/** A display for windows that nobody needs to see. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { command } from './command.ts'

export interface Display {
  environment: Record<string, string>
  close(): void
}

/** A display of its own, so that tests open no windows before people; else the one that is there. */
export async function openDisplay(): Promise<Display> {
  if (process.platform !== 'linux') return { environment: {}, close: () => {} }
  const ownDisplay = await startDisplay().catch(() => undefined)
  if (ownDisplay) return ownDisplay
  if (process.env.DISPLAY !== undefined) return { environment: {}, close: () => {} }
  if (process.getuid?.() !== 0)
    throw new Error('there is no display, and no Xvfb to have one of its own: install the package xvfb')
  await command('apt-get', ['update'], { limit: 120_000 })
  await command('apt-get', ['install', '-y', '--no-install-recommends', 'xvfb'], { limit: 300_000 })
  return startDisplay()
}

async function startDisplay(): Promise<Display> {
  const options = ['-screen', '0', '1400x1000x24', '-nolisten', 'tcp', '-ac', '-displayfd', '1']
  const server: ChildProcess = spawn('Xvfb', options, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [number] = (await Promise.race([
    once(server.stdout!, 'data'),
    once(server, 'exit').then(() => Promise.reject(new Error('Xvfb ended at once'))),
  ])) as [Buffer]
  const environment = { DISPLAY: `:${String(number).trim()}`, WAYLAND_DISPLAY: '' }
  return { environment, close: () => void server.kill() }
}
