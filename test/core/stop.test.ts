import { expect, onTestFinished, test } from 'vitest'
import type { AnyHandler, JobData } from '../../src/core/index.ts'
import { livingProcesses, uniqueSeconds } from '../support/cli.ts'
import { openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

/** What a test starts and never ends by itself; killed when the test fails to. */
function sleepers() {
  const seconds = uniqueSeconds()
  onTestFinished(() => livingProcesses(seconds).forEach(({ pid }) => process.kill(pid, 'SIGKILL')))
  return seconds
}

/** A shell, its child and one in a session of its own, none of which heeds SIGTERM; each tells when it is deaf. */
const deafTree = (seconds: string) => {
  const deaf = `trap "" TERM; echo deaf; sleep ${seconds}; sleep ${seconds}`
  return `trap '' TERM; (${deaf}) & setsid sh -c '${deaf}' & env -i setsid sh -c '${deaf}' & ${deaf}`
}
const DEAF = 4

async function start(mode: 'in-process' | 'process', handler: AnyHandler, data: Partial<JobData> = {}) {
  const deck = await openDeck()
  const job = deck.once(mode, { name: 'tree', grace: 200, ...data }).add(1, handler)
  const [execution] = await job.start()
  return { deck, execution: execution! }
}

/** A script that runs the line in a shell, and tells what it prints. */
const shellScript = (line: string, rest: string) =>
  writeFile(
    temporaryFolder(),
    'handler.mjs',
    `import { spawn } from 'node:child_process'
    export default async ({ info, signal }) => {
      const child = spawn('sh', ['-c', ${JSON.stringify(line)}], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
      child.stdout.on('data', (data) => data.toString().trim().split('\\n').forEach((line) => info(line)))
      ${rest}
    }`,
  )

test.each([
  ['a program', 'process', undefined],
  ['a child process', 'process', 'await new Promise(() => {})'],
  ['a thread', 'in-process', 'await new Promise(() => {})'],
  ['a thread that obeys its signal', 'in-process', `await new Promise((end) => { signal.onabort = end })`],
  [
    'a child process that obeys its signal',
    'process',
    `await new Promise((end) => { signal.onabort = end })`,
  ],
] as const)(
  'the stop of %s leaves nothing of its tree, however deaf and wherever it went',
  async (_, mode, rest) => {
    const seconds = sleepers()
    const tree = deafTree(seconds)
    const { execution } = await start(mode, rest ? { file: shellScript(tree, rest) } : { shell: tree })
    let deaf = 0
    for await (const { message } of execution.logs({ follow: true })) {
      if (message === 'deaf' && ++deaf === DEAF) await execution.stop()
    }
    expect(await execution.finished()).toMatchObject({ status: 'cancelled', forced: true })
    expect(livingProcesses(seconds)).toEqual([])
  },
)

test('the stop finds a deaf one without environment, in a session of its own, whose parent ended at once', async () => {
  const seconds = sleepers()
  const deaf = `trap "" TERM; echo deaf; sleep ${seconds}; sleep ${seconds}`
  const { execution } = await start('process', { shell: `env -i setsid sh -c '${deaf}' & wait` })
  for await (const { message } of execution.logs({ follow: true }))
    if (message === 'deaf') await execution.stop()
  expect(await execution.finished()).toMatchObject({ status: 'cancelled' })
  expect(livingProcesses(seconds)).toEqual([])
})

test('a program that ends when it is asked to is cancelled, not forced, and its last words are kept', async () => {
  const { execution } = await start('process', {
    shell: `trap 'echo last words; exit 0' TERM; echo ready; while :; do sleep 0.05; done`,
  })
  const lines: string[] = []
  for await (const { message } of execution.logs({ follow: true })) {
    lines.push(message)
    if (message === 'ready') await execution.stop()
  }
  expect(await execution.finished()).toMatchObject({ status: 'cancelled', forced: false, exitCode: 0 })
  expect(lines.at(-1)).toBe('last words')
})

test.each([
  ['a quiet one', (seconds: string) => `sleep ${seconds} >/dev/null 2>&1 & echo done`],
  ['one that holds the output open', (seconds: string) => `sleep ${seconds} & echo done`],
  [
    'a deaf one in a session of its own',
    (seconds: string) =>
      `mkfifo fifo; setsid sh -c 'trap "" TERM; echo deaf > fifo; sleep ${seconds}; sleep ${seconds}' >/dev/null 2>&1 & read deaf < fifo; echo done`,
  ],
])('what a program leaves behind (%s) is ended, and its run completes', async (_, line) => {
  const seconds = sleepers()
  const { execution } = await start('process', { shell: line(seconds) }, { directory: temporaryFolder() })
  expect(await execution.finished()).toMatchObject({ status: 'completed', logCount: 1 })
  await expect.poll(() => livingProcesses(seconds), { timeout: 10_000 }).toEqual([])
})

test.each(['in-process', 'process'] as const)(
  'what a script in mode %s leaves behind is ended, also by the close of the deck',
  async (mode) => {
    const seconds = sleepers()
    const file = shellScript(
      `trap '' TERM; echo begun; exec sleep ${seconds}`,
      `
      await new Promise((resolve) => child.stdout.once('data', resolve))
      child.unref()`,
    )
    const { deck, execution } = await start(mode, { file })
    expect(await execution.finished()).toMatchObject({ status: 'completed' })
    await deck.close()
    expect(livingProcesses(seconds)).toEqual([])
  },
)

test.each([
  ['a program', 'process', false],
  ['a script in a process', 'process', true],
  ['a script in a thread', 'in-process', true],
] as const)(
  'what %s leaves behind goes on where the job says detach, past the close of the deck',
  async (_, mode, isScript) => {
    const seconds = sleepers()
    const line = `sleep ${seconds} >/dev/null 2>&1 & echo begun`
    const rest = `await new Promise((resolve) => child.on('exit', resolve))`
    const handler = isScript ? { file: shellScript(line, rest) } : { shell: line }
    const { deck, execution } = await start(mode, handler, { detach: true })
    expect(await execution.finished()).toMatchObject({ status: 'completed' })
    await deck.close()
    expect(livingProcesses(seconds)).toHaveLength(1)
  },
)
