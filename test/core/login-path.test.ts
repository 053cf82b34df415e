/** The PATH of the user's login shell, with shells that are scripts, and with those that are there. */
import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loginPath, shellArguments, withUsualFolders } from '../../src/core/executors/login-path.ts'
import { livingProcesses, uniqueSeconds } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const POOR = { PATH: '/usr/bin:/bin' }
/** The command that it is asked to run is its last argument. */
const shell = (body: string) =>
  writeFile(temporaryFolder(), 'shell', `#!/bin/sh\nfor question; do :; done\n${body}\n`, 0o755)
const ANSWER = 'PATH="/home/me/bin:$PATH" eval "$question"'

describe.skipIf(process.platform === 'win32')('the PATH of the login shell', () => {
  test('is taken out of all else that a shell says', async () => {
    // Would catch: a greeting that becomes a part of the PATH.
    const path = await loginPath({ shell: shell(`echo Welcome; ${ANSWER}; echo Bye`), environment: POOR })
    expect(path).toMatchObject({ path: '/home/me/bin:/usr/bin:/bin', from: 'shell' })
    expect(path.message).toMatch(/^the PATH is that of the login shell .*\/shell$/)
  })

  test('has no relative folders', async () => {
    const asked = shell('PATH=".:bin:/opt/x:" ; eval "$question"')
    expect(await loginPath({ shell: asked, environment: POOR })).toMatchObject({
      path: '/opt/x',
      from: 'shell',
    })
  })

  test.each([
    ['that fails', 'exit 3', 'ended with code 3 and no answer'],
    ['that says nothing', '', 'ended with code 0 and no answer'],
    ['with an empty PATH', 'echo __JOBDECK_PATH____JOBDECK_PATH__', 'has an empty PATH'],
  ])(
    'of a shell %s is that of the process, with the usual folders, and it is told',
    async (_, body, reason) => {
      const { path, from, message } = await loginPath({ shell: shell(body), environment: POOR })
      expect({ from, message }).toEqual({ from: 'process', message: expect.stringContaining(reason) })
      expect(path.split(':')).toEqual(expect.arrayContaining(['/usr/bin', '/bin']))
    },
  )

  test.each([
    ['/nowhere/zsh', 'could not be started (ENOENT)'],
    ['/usr/sbin/nologin', 'is no shell to log in with'],
    ['', 'nothing is no shell to log in with'],
  ])('where the shell is %j', async (given, reason) => {
    const found = await loginPath({ shell: given, environment: POOR })
    expect(found).toMatchObject({ from: 'process', message: expect.stringContaining(reason) })
  })

  test('is not waited for without end, and a shell that hangs is gone with what it started', async () => {
    // Would catch: a serve that never starts, since .zshrc asks something; or shells that pile up.
    const seconds = uniqueSeconds()
    const found = await loginPath({ shell: shell(`sleep ${seconds} & wait`), environment: POOR, limit: 300 })
    expect(found).toMatchObject({ from: 'process', message: expect.stringContaining('within 0.3 s') })
    await expect.poll(() => livingProcesses(`sleep ${seconds}`)).toEqual([])
  })

  test('is there at once, whatever the shell leaves running that holds its output', async () => {
    // Would catch: an ssh-agent in .profile that costs five seconds at each start.
    const seconds = uniqueSeconds()
    const started = performance.now()
    const found = await loginPath({ shell: shell(`sleep ${seconds} & ${ANSWER}`), environment: POOR })
    expect(found.from).toBe('shell')
    expect(performance.now() - started).toBeLessThan(4000)
    for (const { pid } of livingProcesses(`sleep ${seconds}`)) process.kill(pid, 'SIGKILL')
  })

  test.each(['bash', 'zsh', 'fish', 'dash', 'tcsh', 'ksh'])(
    'is understood by a real %s, if there is one',
    async (name) => {
      const where = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()
      if (where === '') return // said by the name of the test
      const environment = { ...POOR, HOME: temporaryFolder(), PATH: '/usr/bin:/bin:/my own/bin' }
      const found = await loginPath({ shell: where, environment })
      expect(found, found.message).toMatchObject({ from: 'shell' })
      expect(found.path.split(':')).toContain('/usr/bin')
    },
  )

  test('of bash has what .profile and .bashrc add', async () => {
    // Would catch: a PATH without what people wrote into the one file that they know.
    const home = temporaryFolder()
    writeFile(home, '.bash_profile', '. "$HOME/.bashrc"\nPATH="$PATH:/from/profile"\n')
    writeFile(home, '.bashrc', 'case $- in *i*) PATH="$PATH:/from/rc" ;; esac\n')
    const { path } = await loginPath({ shell: '/bin/bash', environment: { ...POOR, HOME: home } })
    expect(path.split(':')).toEqual(expect.arrayContaining(['/from/profile', '/from/rc']))
  })

  test('is that of the user who runs this, if no shell is given', async () => {
    const { message } = await loginPath()
    expect(message).toContain(userInfo().shell ?? 'shell')
  })

  test('asks csh as csh takes it', () => expect(shellArguments('/bin/tcsh')[0]).toBe('-ic'))
})

test('usual folders are added where they are, once, and the own ones stay in their order', () => {
  const there = new Set(['/home/me/.local/bin', '/opt/homebrew/bin', '/usr/local/bin', '/bin'])
  expect(withUsualFolders('/x:/bin:rel', '/home/me', (path) => there.has(path))).toBe(
    [join('/home/me', '.local/bin'), '/opt/homebrew/bin', '/x', '/bin', '/usr/local/bin'].join(':'),
  )
})

test('on Windows it is that of the process, in whatever case it is written', async () => {
  const found = await loginPath({ platform: 'win32', environment: { Path: 'C:\\x' } })
  expect(found).toMatchObject({ path: 'C:\\x', from: 'process' })
})
