import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AnyHandler, JobData, Mode } from '../../src/core/index.ts'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { HostProcess } from '../support/host.ts'

const MODES = ['in-process', 'process'] as const
const KILLED = { status: 'killed', forced: true, error: { name: 'OutputLimit' } }

const module = (body: string) =>
  writeFile(temporaryFolder(), 'handler.mjs', `export default async ({ info }) => { ${body} }`)
const shellScript = (body: string) =>
  writeFile(temporaryFolder(), 'handler.sh', `#!/bin/sh\n${body}\n`, 0o755)

async function run(mode: Mode, handler: AnyHandler, data: Partial<JobData> = {}) {
  const deck = await openDeck()
  const [execution] = await deck
    .once(mode, { name: 'writer', ...data })
    .add(1, handler)
    .start()
  const ended = await execution!.finished()
  return { ended, lines: messages(await collect(execution!.logs())) }
}

describe.each(MODES)('what a script in mode %s writes just before it returns', (mode) => {
  test('is stored to its last word, though it is more than a pipe holds', async () => {
    const { ended, lines } = await run(mode, {
      file: module(`process.stdout.write('x'.repeat(300_000)); process.stdout.write('\\nEND')`),
    })
    expect(ended.status).toBe('completed')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^x{65536} … \[cut: the line has 300,000 bytes\]$/)
    expect(lines[1]).toBe('END')
  })

  test('is stored in all its lines, though they came in one write', async () => {
    const text = `Array.from({ length: 20_000 }, (_, index) => 'line ' + index + '\\n').join('')`
    const { lines } = await run(mode, { file: module(`process.stdout.write(${text})`) })
    expect(lines).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index}`))
  })

  test('is stored, and it ends, though it keeps its output for itself or holds it back', async () => {
    const { ended, lines } = await run(mode, {
      file: module(
        `process.stderr.cork()
         process.stderr.write('held back\\n')
         process.stdout.write('before\\n')
         process.stdout.write = () => true
         process.stdout.write('for itself\\n')`,
      ),
    })
    expect(ended.status).toBe('completed')
    expect(lines.toSorted()).toEqual(['before', 'held back'])
  })
})

describe('the limit of output', () => {
  test.each<[string, Mode, () => AnyHandler]>([
    ['one line without end', 'process', () => ({ command: ['head', '-c', '200000000', '/dev/zero'] })],
    ['a progress bar', 'process', () => ({ shell: `yes "$(printf '%01000d' 7)" | tr '\\n' '\\r'` })],
    ['a progress bar on stderr', 'process', () => ({ shell: `yes 12345678 | tr '\\n' '\\r' >&2` })],
    ['progress commands', 'process', () => ({ file: shellScript(`yes '::progress::50 half'`) })],
    ['entries of a script', 'process', () => ({ file: module(`for (;;) info('x'.repeat(1000))`) })],
    ['entries of a script', 'in-process', () => ({ file: module(`for (;;) info('x'.repeat(1000))`) })],
    [
      'fields of a script',
      'process',
      () => ({ file: module(`for (;;) info('', { text: 'x'.repeat(1000) })`) }),
    ],
    [
      'what a script writes past its log, without a newline',
      'in-process',
      () => ({ file: module(`for (;;) process.stdout.write('x'.repeat(1000))`) }),
    ],
    [
      'what a script writes past its log, without a newline',
      'process',
      () => ({ file: module(`for (;;) process.stdout.write('x'.repeat(1000))`) }),
    ],
    [
      'entries of a function',
      'in-process',
      () =>
        async ({ info, signal }) => {
          for (; !signal.aborted; await new Promise(setImmediate)) info('x'.repeat(10_000))
        },
    ],
  ])('counts %s (in mode %s)', async (_, mode, handler) => {
    const { ended } = await run(mode, handler(), { outputLimit: '1MB' })
    expect(ended).toMatchObject(KILLED)
    expect(ended.error!.message).toBe('it wrote more than its limit of 1 MiB')
  })

  const N = 1_000_000
  const LINES = `for (let count = 0; count < ${N / 100}; count++)`
  test.each<[string, Mode, () => AnyHandler]>([
    ['lines', 'process', () => ({ shell: `yes "$(printf '%099d' 7)" | head -n ${N / 100}` })],
    [
      'commands, which are also entries,',
      'process',
      () => ({ file: shellScript(`yes "::notice::$(printf '%089d' 7)" | head -n ${N / 100}`) }),
    ],
    [
      'JSON lines, which are also entries,',
      'process',
      () => ({ shell: `yes '{"level":"info","msg":"${'x'.repeat(74)}"}' | head -n ${N / 100}` }),
    ],
    ['entries of a script', 'process', () => ({ file: module(`${LINES} info('x'.repeat(100))`) })],
    ['entries of a script', 'in-process', () => ({ file: module(`${LINES} info('x'.repeat(100))`) })],
    [
      'what a script writes past its log',
      'process',
      () => ({ file: module(`${LINES} process.stdout.write('x'.repeat(99) + '\\n')`) }),
    ],
    [
      'what a script writes past its log',
      'in-process',
      () => ({ file: module(`${LINES} process.stdout.write('x'.repeat(99) + '\\n')`) }),
    ],
  ])('does not count %s twice (in mode %s)', async (_, mode, handler) => {
    const { ended } = await run(mode, handler(), { outputLimit: N + 1000 })
    expect(ended).toMatchObject({ status: 'completed', logCount: N / 100 })
    expect((await run(mode, handler(), { outputLimit: N - 1000 })).ended).toMatchObject(KILLED)
  })
})

describe('the rate of output', () => {
  test.each<[string, Mode, () => AnyHandler]>([
    ['one line without end', 'process', () => ({ command: ['head', '-c', '4000000', '/dev/zero'] })],
    ['a progress bar', 'process', () => ({ shell: `yes 123456789 | tr '\\n' '\\r' | head -c 4000000` })],
    [
      'what a script writes past its log, without a newline',
      'in-process',
      () => ({ file: module(`for (let n = 0; n < 4000; n++) process.stdout.write('x'.repeat(1000))`) }),
    ],
  ])('counts %s (in mode %s)', async (_, mode, handler) => {
    const { ended } = await run(mode, handler(), { outputRate: '1MB' })
    expect(ended.status).toBe('completed')
    // 4 MB at 1 MiB/s, with a second in advance; pipes and reader hold a little of the rest.
    expect(ended.durationMs).toBeGreaterThan(1000)
  })

  test('loses nothing of a program that ends while it is far ahead of it', async () => {
    // No more than a pipe holds, whatever the size of what is written: else it could not end before its time.
    const shell = `yes "$(printf '%099d' 7)" | head -n 500`
    const { ended } = await run('process', { shell }, { outputRate: 1024 })
    expect(ended).toMatchObject({ status: 'completed', logCount: 500 })
    expect(ended.durationMs).toBeLessThan(20_000)
  })

  test('keeps no run from being stopped at once', async () => {
    const deck = await openDeck()
    const job = deck.once('process', { name: 'slow', outputRate: 1024 }).add(1, { command: ['yes'] })
    const [execution] = await job.start()
    for await (const _ of execution!.logs({ follow: true })) break
    await execution!.stop()
    const { status, durationMs } = await execution!.finished()
    expect(status).toBe('cancelled')
    expect(durationMs).toBeLessThan(5000)
  })
})

test.skipIf(process.platform !== 'linux')(
  'a script in a thread that writes 300 MB at once without a newline does not fill the memory of its host',
  async () => {
    const source = `export default ({ params }) => {
      for (let part = 0; part < params.megabytes * 16; part++) process.stdout.write(String(part).padEnd(2 ** 16, 'x'))
    }`
    const script = writeFile(temporaryFolder(), 'flood.mjs', source)
    const host = new HostProcess('flood', [join(temporaryFolder(), 'jobs.db'), script])
    const [status, growth] = (await host.line('completed')).split(' ')
    expect(status).toBe('completed')
    expect(Number(growth)).toBeLessThan(150)
  },
)
