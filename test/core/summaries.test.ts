import { describe, expect, test } from 'vitest'
import { cutSummary } from '../../src/core/dispatch/keeper.ts'
import { parseResult } from '../../src/core/executors/program.ts'
import { decode } from '../../src/core/executors/text-file.ts'
import type { AnyHandler, Mode } from '../../src/core/index.ts'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const shell = (body: string) => writeFile(temporaryFolder(), 'handler.sh', `#!/bin/sh\n${body}\n`, 0o755)
const module = (body: string) =>
  writeFile(temporaryFolder(), 'handler.mjs', `export default async (run) => { ${body} }`)

async function run(mode: Mode, handler: AnyHandler) {
  const deck = await openDeck()
  const [execution] = await deck.once(mode, { name: 'tells' }).add(1, handler).start()
  const ended = await execution!.finished()
  const summary = await deck.client.request('executions.summary', { execution: execution!.id })
  return { deck, ended, summary, warnings: messages(await collect(execution!.logs({ level: 'warn' }))) }
}

describe('a summary', () => {
  test('that a program writes into its file is kept with the run, and goes with it', async () => {
    const { deck, summary, ended } = await run('process', {
      shell: `printf '# Done\\n' > "$JOBDECK_SUMMARY"; echo '* 3 files' >> "$JOBDECK_SUMMARY"; exit 1`,
    })
    expect(ended.status).toBe('failed')
    expect(summary).toBe('# Done\n* 3 files\n')
    await deck.client.request('executions.remove', { executions: [ended.id] })
    await deck
      .once('in-process', { name: 'next' })
      .add(1, () => {})
      .start()
    await expect(deck.client.request('executions.summary', { execution: ended.id })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test.each<[string, Mode, () => AnyHandler]>([
    ['thread', 'in-process', () => ({ file: module(`run.summarize('first'); run.summarize('# last')`) })],
    ['child', 'process', () => ({ file: module(`run.summarize('first'); run.summarize('# last')`) })],
    [
      'function',
      'in-process',
      () =>
        ({ summarize }) => {
          summarize('first')
          summarize('# last')
        },
    ],
  ])('of a module in a %s is the last that it gave', async (_, mode, handler) => {
    expect((await run(mode, handler())).summary).toBe('# last')
  })

  test('is none where none was written, or where its file was made something else', async () => {
    expect((await run('process', { shell: 'true' })).summary).toBe(null)
    expect(await run('process', { shell: 'mkdir "$JOBDECK_SUMMARY"' })).toMatchObject({
      summary: null,
      ended: { status: 'completed' },
    })
  })

  test('has no secrets, though they were written before they were named', async () => {
    const { summary } = await run('process', {
      file: shell(`echo "it is s3cret" > "$JOBDECK_SUMMARY"; echo '::add-mask::s3cret'`),
    })
    expect(summary).toBe('it is ***\n')
  })

  test('longer than 1 MiB is cut between two characters, and says so', async () => {
    const text = `x${'漢'.repeat(400_000)}`
    const { summary } = await run('in-process', ({ summarize }) => summarize(text))
    expect(summary).toMatch(/漢\n\n… \[cut: the summary is longer than 1 MiB\]$/)
    expect(Buffer.byteLength(summary!)).toBeLessThan(1024 * 1024 + 100)
    expect(cutSummary('x'.repeat(1024 * 1024))).not.toMatch(/cut/)
  })

  test('that is no text is refused where it is given', async () => {
    const { ended } = await run('in-process', ({ summarize }) => summarize(3 as unknown as string))
    expect(ended.error!.message).toBe('summarize: wants Markdown as text, got 3')
  })

  test('counts against the limit of output', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'wordy', outputLimit: '1MB' })
    const [execution] = await job
      .add(1, async ({ summarize, signal }) => {
        for (; !signal.aborted; await new Promise(setImmediate)) summarize('x'.repeat(100_000))
      })
      .start()
    expect(await execution!.finished()).toMatchObject({ status: 'killed', error: { name: 'OutputLimit' } })
  })
})

describe('results that a program writes', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['lines that end as Windows ends them', 'a=1\r\nb=x=y\r\n', { a: '1', b: 'x=y' }],
    ['a block of such lines', 'a<<EOF\r\nx\r\ny\r\nEOF\r\nb=1\r\n', { a: 'x\ny', b: '1' }],
    ['a block without an end', 'a<<EOF\nx\ny\n', { a: 'x\ny' }],
    ['an empty block', 'a<<EOF\nEOF\n', { a: '' }],
    ['a block that contains other lines', 'a<<END\nb=1\n\nEND\n', { a: 'b=1\n' }],
    ['JSON', '{"a":{"b":[1]}}\n', { a: { b: [1] } }],
    ['what only looks like JSON', '{a}=1\n', { '{a}': '1' }],
    [
      'a name that every object has',
      '__proto__=1\n',
      JSON.parse('{"__proto__":"1"}') as Record<string, unknown>,
    ],
    ['a line that says nothing', 'hello\n\n=x\n', {}],
    ['the last of two', 'a=1\na=2\n', { a: '2' }],
  ])('%s', (_, text, result) => {
    expect(parseResult(text)).toEqual(result)
  })

  test.each<[string, Buffer]>([
    ['UTF-8', Buffer.from('a=ü\n')],
    ['UTF-8 with a mark', Buffer.from('\ufeffa=ü\n')],
    ['UTF-16, as Windows PowerShell redirects', Buffer.from('\ufeffa=ü\r\n', 'utf16le')],
    ['UTF-16 without a mark, as it goes on with a file', Buffer.from('a=ü\r\n', 'utf16le')],
    ['UTF-16, the other way round', Buffer.from('\ufeffa=ü\n', 'utf16le').swap16()],
  ])('in %s are read', (_, bytes) => {
    expect(parseResult(decode(bytes))).toEqual({ a: 'ü' })
  })

  test('in the file of a run, in UTF-16', async () => {
    const octal = [...Buffer.from('\ufeffa=ü\r\n', 'utf16le')].map((byte) => `\\0${byte.toString(8)}`)
    const { ended } = await run('process', { shell: `printf '%b' '${octal.join('')}' >> "$JOBDECK_OUTPUT"` })
    expect(ended.result).toEqual({ a: 'ü' })
  })

  test('of more than 1 MiB are not kept, and their size is told', async () => {
    const { ended } = await run('process', {
      shell: `head -c 2000000 /dev/zero | tr '\\0' x > "$JOBDECK_OUTPUT"`,
    })
    expect(ended.result).toEqual({ truncated: true, bytes: 2_000_000 })
  })
})
