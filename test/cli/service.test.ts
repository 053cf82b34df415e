/** `service`: that each system is told the right thing, and that nothing stays behind where it refuses. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  launchdAgent,
  serviceName,
  systemdUnit,
  windowsTask,
  windowsWord,
  type Serving,
} from '../../src/cli/service/texts.ts'
import { systemOf } from '../../src/cli/service/systems.ts'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const serving = (data: string): Serving => ({
  command: ['/usr/bin/node', '/opt/jobdeck/bin/jobdeck.js', '--data', data, 'serve'],
  data,
  path: '/usr/bin:/bin',
})

describe('texts', () => {
  test('a unit runs the very words, whatever is in them', () => {
    const unit = systemdUnit(serving('/home/Ada Löve/100% "$HOME" \\ 数据'))
    expect(unit).toContain(
      String.raw`ExecStart="/usr/bin/node" "/opt/jobdeck/bin/jobdeck.js" "--data" "/home/Ada Löve/100%% \"$$HOME\" \\ 数据" "serve"`,
    )
    expect(unit).toContain('Environment="PATH=/usr/bin:/bin"')
    expect(unit).toContain('Restart=on-failure')
    expect(unit).toContain('WantedBy=default.target')
  })

  test.skipIf(spawnSync('systemd-analyze', ['--version']).error)(
    'systemd finds nothing wrong with a unit',
    () => {
      const file = writeFile(
        temporaryFolder(),
        'jobdeck-test.service',
        systemdUnit({
          command: [process.execPath, '/x y.js', '--data', '/a%b', 'serve'],
          data: '/a%b',
          path: '/bin',
        }),
      )
      execFileSync('systemd-analyze', ['verify', '--user', '--man=no', file], {
        env: { ...process.env, XDG_RUNTIME_DIR: temporaryFolder() },
      })
    },
  )

  test('an agent starts at login, and again after a failure', () => {
    const agent = launchdAgent(serving('/Users/ada/A & B <c>'), 'io.github.jobdeck')
    expect(agent).toContain('<string>/Users/ada/A &amp; B &lt;c&gt;</string>\n    <string>serve</string>')
    expect(agent).toContain('<key>Label</key>\n  <string>io.github.jobdeck</string>')
    expect(agent).toMatch(/<key>RunAtLoad<\/key>\s*<true\/>/)
    expect(agent).toMatch(/<key>SuccessfulExit<\/key>\s*<false\/>/)
  })

  test('a task runs for its user alone, without limit of time, on batteries too', () => {
    const task = windowsTask(serving('C:\\Users\\Ada & Co\\deck\\'), 'HOME\\ada')
    expect(task).toContain('<Command>/usr/bin/node</Command>')
    expect(task).toContain(
      '<Arguments>/opt/jobdeck/bin/jobdeck.js --data &quot;C:\\Users\\Ada &amp; Co\\deck\\\\&quot; serve</Arguments>',
    )
    expect(task.match(/<UserId>HOME\\ada<\/UserId>/g)).toHaveLength(2)
    expect(task).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>')
    expect(task).toContain('<DisallowStartIfOnBatteries>false<')
  })

  test.each([
    ['a', 'a'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a "b"', String.raw`"a \"b\""`],
    [String.raw`a\ "`, String.raw`"a\ \""`],
    [String.raw`a b\"`, String.raw`"a b\\\""`],
    ['a b\\', String.raw`"a b\\"`],
  ])('on the command line of Windows %j is %s', (word, wanted) => expect(windowsWord(word)).toBe(wanted))

  test('each deck has a service of its own', () => {
    expect(serviceName('/usual', '/usual')).toBe('jobdeck')
    const other = serviceName('/other', '/usual')
    expect(other).toMatch(/^jobdeck-[0-9a-f]{8}$/)
    expect(serviceName('/another', '/usual')).not.toBe(other)
  })

  test('a system that is not known is refused', () => {
    expect(() => systemOf('jobdeck', 'aix')).toThrow('knows no service of aix')
  })
})

/** Programs of the system that note what they are asked, and keep state in files. */
function workplace() {
  const folder = temporaryFolder()
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = (name: string, body: string) =>
    chmodSync(writeFile(bin, name, `#!/bin/sh\ncd '${folder}'\necho "${name} $*" >> asked\n${body}\n`), 0o755)
  program(
    'systemctl',
    `[ -f no-bus ] && { echo 'Failed to connect to bus: No medium found' >&2; exit 1; }
case "$2" in
  show) echo Version=255 ;;
  restart) [ -f refuse ] && { echo 'it may not start' >&2; exit 1; }; touch active ;;
  disable) rm -f active ;;
  is-active) if [ -f active ]; then echo active; else echo inactive; exit 3; fi ;;
esac`,
  )
  program(
    'loginctl',
    `case "$1" in enable-linger) touch linger ;; *) [ -f linger ] && echo Linger=yes || echo Linger=no ;; esac`,
  )
  const config = join(folder, 'config')
  const data = join(folder, 'my data')
  const env = { PATH: `${bin}:${process.env.PATH}`, XDG_CONFIG_HOME: config }
  const units = join(config, 'systemd', 'user')
  return {
    folder,
    data,
    bin,
    on: (...args: string[]) => jobdeck(args, { data, env }),
    with: (PATH: string, ...args: string[]) => jobdeck(args, { data, env: { ...env, PATH } }),
    units: () => (existsSync(units) ? readdirSync(units).map((name) => join(units, name)) : []),
    asked: () => readFileSync(join(folder, 'asked'), 'utf8'),
    flag: (name: string) => writeFileSync(join(folder, name), ''),
  }
}

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('it is installed, shown and taken away, for the deck that is meant', async () => {
    const { data, on, units, asked } = workplace()
    expect(await on('service', 'status')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Service +not installed$/m),
    })
    const done = await on('service', 'install')
    expect(done.code).toBe(0)
    const [unit] = units()
    expect(done.stderr).toBe(
      `Installed as a unit of systemd: ${unit}
It runs the jobs of ${data}
Jobs run only while you are logged in; also when not: jobdeck service install --linger
`,
    )
    expect(readFileSync(unit!, 'utf8')).toContain(`"${process.execPath}"`)
    expect(readFileSync(unit!, 'utf8')).toContain(`"--data" "${data}" "serve"\n`)
    expect(asked()).toMatch(/systemctl --user daemon-reload\nsystemctl --user enable jobdeck-\w{8}.service\n/)
    const status = await on('--json', 'service', 'status')
    expect(status).toMatchObject({ code: 0 })
    expect(status.json()).toEqual([
      { file: unit, installed: true, current: true, running: true, whileLoggedOut: false, data },
    ])
    expect((await on('service', 'install', '--linger')).stderr).toContain(
      'Jobs run also while nobody is logged in\n',
    )
    expect(asked()).toContain(`loginctl enable-linger ${userInfo().username}\n`)
    writeFileSync(unit!, readFileSync(unit!, 'utf8').replace('"serve"', '"old"'))
    expect((await on('service', 'status')).stderr).toContain('It would be installed otherwise now')
    expect((await on('service', 'uninstall')).stderr).toBe(
      'Uninstalled. Jobs run while jobdeck serve runs.\n',
    )
    expect(units()).toEqual([])
    expect(await on('service', 'uninstall')).toMatchObject({ code: 0, stderr: 'It is not installed.\n' })
  })

  test('where it cannot be started nothing of it stays, and an older one is as it was', async () => {
    const { on, units, flag } = workplace()
    flag('refuse')
    const refused = await on('service', 'install')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(
      /^jobdeck: systemctl --user restart jobdeck-\w{8}.service ended with 1: it may not start$/m,
    )
    expect(units()).toEqual([])
  })

  test('without systemd of the user it says so, and what to do', async () => {
    const { on, with: withPath, folder, units, flag } = workplace()
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    const none = await withPath(empty, 'service', 'install')
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(there is no systemctl). Let something else keep'),
    })
    flag('no-bus')
    const { code, stderr } = await on('service', 'install')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('(Failed to connect to bus: No medium found)'),
    })
    expect(units()).toEqual([])
  })

  test('a service without a verb shows those that there are', async () => {
    const { on } = workplace()
    const { stdout, stderr } = await on('service')
    expect(stdout + stderr).toContain('uninstall')
    expect((await on('service', 'frob')).code).toBe(2)
  })
})
