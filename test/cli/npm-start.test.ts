import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { choose, type Found } from '../../scripts/start/choice.ts'
import { Lines } from '../support/cli.ts'
import { temporaryFolder } from '../support/deck.ts'

const ROOT = resolve(import.meta.dirname, '../..')

describe('npm start shows Jobdeck', () => {
  const electron = { program: 'E' }
  const linux: Found = { platform: 'linux', environment: { DISPLAY: ':0' }, isRoot: false, electron }
  const table: [string, Found, RegExp | undefined][] = [
    ['as an application on Linux with X', linux, undefined],
    ['as an application on Wayland', { ...linux, environment: { WAYLAND_DISPLAY: 'wayland-0' } }, undefined],
    [
      'as an application through X of ssh',
      { ...linux, environment: { DISPLAY: ':10', SSH_CONNECTION: 'a' } },
      undefined,
    ],
    ['as an application on macOS', { ...linux, platform: 'darwin', environment: {} }, undefined],
    ['as an application on Windows', { ...linux, platform: 'win32', environment: {} }, undefined],
    ['in a browser without a display', { ...linux, environment: {} }, /no display/],
    ['in a browser where the display is empty', { ...linux, environment: { DISPLAY: '' } }, /no display/],
    [
      'in a browser over ssh on macOS',
      { ...linux, platform: 'darwin', environment: { SSH_CONNECTION: 'a' } },
      /from afar/,
    ],
    ['in a browser as root', { ...linux, isRoot: true }, /root/],
    ['in a browser without Electron', { ...linux, electron: { missing: 'no network' } }, /^no network$/],
  ]
  test.each(table)('%s', (_, found, why) => {
    const choice = choose(found)
    if (why) expect(choice).toMatchObject({ show: 'browser', why: expect.stringMatching(why) })
    else expect(choice).toEqual({ show: 'desktop', program: 'E' })
  })
})

test('without a display it says why, prints a link, and one Ctrl-C ends it', async () => {
  // Would catch: a start that needs a second signal, or leaves a process behind.
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...rest } = process.env
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...rest, JOBDECK_DATA: join(temporaryFolder(), 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, as a terminal makes one
  })
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
  })
  const [output, notes] = [new Lines(child.stdout), new Lines(child.stderr)]
  await notes.wait((line) => line.includes('in a browser, not as a desktop application: there is no display'))
  const link = await output.wait((line) => line.includes('/open?token='))
  expect((await fetch(link.trim(), { redirect: 'manual' })).status).toBe(303)
  await notes.wait((line) => line.includes('Serving'))
  const closed = once(child, 'close')
  process.kill(-child.pid!, 'SIGINT')
  await notes.wait((line) => line.includes('Ended'))
  await closed
})
