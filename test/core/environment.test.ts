import { expect, test } from 'vitest'
import { baseEnvironment, maskEnvironment, pathOf } from '../../src/core/executors/environment.ts'
import { collect, openDeck } from '../support/deck.ts'

test('a parameter that no variable can hold is said to be missing there, and is in the file', async () => {
  const deck = await openDeck()
  const params = { fits: 'ä'.repeat(15_000), 'too-long': `${'ä'.repeat(15_000)}!`, cut: 'a\0b', list: [1] }
  const shell =
    'echo "${#JOBDECK_PARAM_FITS} ${JOBDECK_PARAM_TOO_LONG-none}"; cat "$JOBDECK_PARAMS_FILE" > "$JOBDECK_OUTPUT"'
  const job = deck.once('process', { name: 'long', params, environment: { LC_ALL: 'C' } }).add(0, { shell })
  const [execution] = await job.start()
  expect(await job.finished()).toMatchObject({ status: 'completed', result: params })
  const log = await collect(execution!.logs())
  const where = 'it is in the file that JOBDECK_PARAMS_FILE names'
  expect(log.map(({ level, message }) => `${level} ${message}`)).toEqual([
    `warn the parameter "too-long" is not in JOBDECK_PARAM_TOO_LONG, since it has 30,001 bytes and 30,000 fit: ${where}`,
    `warn the parameter "cut" is not in JOBDECK_PARAM_CUT, since it has a NUL character: ${where}`,
    'info 30000 none',
  ])
})

test.each([
  ['postgres://me:secret@host/db', 'postgres://me:***@host/db'],
  ['a https://x:1@b c git+ssh://y:2@d', 'a https://x:***@b c git+ssh://y:***@d'],
  ['redis://:secret@host', 'redis://:***@host'],
  ['http://host:80/a@b', 'http://host:80/a@b'],
  ['mail me@host: or you@host', 'mail me@host: or you@host'],
])('a password in an address is masked, and nothing else: %s', (value, shown) => {
  expect(maskEnvironment({ VALUE: value })).toEqual({ VALUE: shown })
})

test.each([
  ['letters and dots', 'a.'.repeat(2_500_000)],
  ['beginnings of addresses', 'a://'.repeat(1_250_000)],
  ['colons after a beginning', `a://${':'.repeat(5_000_000)}`],
])('5 MB of %s are read once, not once per character', (_, value) => {
  expect(maskEnvironment({ VALUE: value }).VALUE).toBe(value)
})

const WANTED =
  `PATH HOME LANG LC_ALL LC_TIME TZ TMPDIR APPDATA PATHEXT ComSpec SystemRoot SSH_AUTH_SOCK DISPLAY
  WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR DOCKER_HOST http_proxy HTTPS_PROXY no_proxy
  ProgramFiles ProgramFiles(x86) CommonProgramFiles LOCALAPPDATA USERPROFILE TEMP WINDIR WSL_INTEROP`.split(
    /\s+/,
  )
const FORBIDDEN =
  `ELECTRON_RUN_AS_NODE ELECTRON_ANYTHING NODE_OPTIONS node_options NODE_CHANNEL_FD NODE_V8_COVERAGE
  JOBDECK_RUN JOBDECK_DATA npm_config_cache NODE_UNIQUE_ID`.split(/\s+/)
const TOKENS = 'GITHUB_TOKEN AWS_SECRET_ACCESS_KEY OPENAI_API_KEY PYTHONPATH LD_PRELOAD RUBYOPT'.split(' ')
const host = Object.fromEntries([...WANTED, ...FORBIDDEN, ...TOKENS].map((name) => [name, `of ${name}`]))

test('the clean environment has what programs need on a desktop, and no token of the host', () => {
  // Would catch: a job that works in a terminal and not at night, and one that carries somebody's keys.
  const names = Object.keys(baseEnvironment('clean', host, '/cache', 'linux'))
  const added = ['PYTHONUNBUFFERED', 'PYTHONIOENCODING', 'PYTHONPYCACHEPREFIX']
  expect(names.toSorted()).toEqual([...WANTED, ...added].toSorted())
})

test('not even a run from a terminal gets what is meant for Node, Electron or another run', () => {
  const environment = baseEnvironment('terminal', host, '/cache', 'linux')
  expect(Object.keys(environment).filter((name) => FORBIDDEN.includes(name))).toEqual([])
  expect(environment).toMatchObject({ GITHUB_TOKEN: 'of GITHUB_TOKEN' })
})

test('on Windows the PATH is found in whatever case it is written, and is one', () => {
  // Would catch: runs without any PATH, since Windows calls it "Path".
  const environment = baseEnvironment('clean', { Path: 'C:\\x' }, 'C:\\cache', 'win32')
  expect(environment).toMatchObject({ PATH: 'C:\\x' })
  expect(environment).not.toHaveProperty('Path')
  expect(pathOf({ Path: 'C:\\y' }, 'win32')).toBe('C:\\y')
  expect(pathOf({ Path: 'y' }, 'linux')).toBeUndefined()
})
