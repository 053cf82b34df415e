import { execFileSync } from 'node:child_process'
import { promises } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'
import { entryOf, read, split } from '../support/output.ts'

/** The log of a script that writes this with `printf`, and how far it came. */
async function run(text: string, as: 'script' | 'shell' | 'command') {
  const deck = await openDeck()
  const body = `printf '${text}'`
  const handler =
    as === 'script'
      ? { file: writeFile(temporaryFolder(), 'handler.sh', `#!/bin/sh\n${body}\n`, 0o755) }
      : as === 'shell'
        ? { shell: body }
        : { command: ['/bin/sh', '-c', body] }
  const [execution] = await deck.once('process', { name: 'speaks' }).add(1, handler).start()
  const { progress } = await execution!.finished()
  const log = await collect(execution!.logs())
  return { progress, log: log.map(({ level, message }) => [level, message]) }
}

const TEXT = '::warning::careful\\n::progress::50 half\\n'

test('commands are read from scripts', async () => {
  expect(await run(TEXT, 'script')).toEqual({ progress: 50, log: [['warn', 'careful']] })
})

test.each(['shell', 'command'] as const)('of a %s they are text: they may be anybody’s', async (as) => {
  expect(await run(TEXT, as)).toEqual({
    progress: 0,
    log: [
      ['info', '::warning::careful'],
      ['info', '::progress::50 half'],
    ],
  })
})

test('a command that ends as Windows ends lines has no carriage return in it', () => {
  const { lines } = split(['::error file=a.js::broken\r\n::progress::5\r\n'])
  expect(read(lines)).toMatchObject({ messages: ['broken'], progress: [[5, null]] })
})

describe('as GitHub documents them', () => {
  test.each([
    // "Workflow command and parameter names are case insensitive."
    ['::Warning FILE=app.js,Line=1,COL=5,EndColumn=7::Missing semicolon', 'warn', 'Missing semicolon'],
    ['::ERROR file=app.js,line=1,col=5,endColumn=7::Missing semicolon', 'error', 'Missing semicolon'],
  ])('%s', (line, level, message) => {
    const fields = { file: 'app.js', line: '1', col: '5', endColumn: '7' }
    expect(entryOf(line)).toEqual({ level, message, fields })
  })

  test('the log between stop-commands and its token is text, for any token, whatever it contains', () => {
    for (const token of ['pause-logging', 'a.b*c[', 'ünï', 'x::y', '12']) {
      const { messages: seen, progress } = read([
        `::stop-commands::${token}`,
        '::warning::as it is',
        `::${token}x::`,
        `::${token}::`,
        '::progress::7',
      ])
      expect(seen.slice(0, 2), token).toEqual(['::warning::as it is', `::${token}x::`])
      expect(progress, token).toEqual([[7, null]])
    }
  })

  test.each(['', ' ', 'warning', 'Stop-Commands', 'endgroup'])(
    'a token that could not end it, or that any command would (%j), stops nothing',
    (token) => {
      const { messages: seen, progress } = read([`::stop-commands::${token}`, '::progress::7'])
      expect(seen).toEqual([`::stop-commands::${token}`])
      expect(progress).toEqual([[7, null]])
    },
  )

  test.each(['::set-output name=a::b', '::save-state name=a::b', '::add-matcher::x.json', '::echo::on'])(
    'what we have no use for is text: %s',
    (line) => expect(read([line]).messages).toEqual([line]),
  )
})

test.each(['\x1b[0m', '\x1b[36;1m', '  \x1b[m\x1b[2m '])(
  'a command may stand behind colours (%j)',
  (before) => {
    expect(read([`${before}::error::broken`]).entries).toMatchObject([{ level: 'error', message: 'broken' }])
    const stopped = read([`${before}::stop-commands::t`, '::progress::1', `${before}::t::`, '::progress::2'])
    expect(stopped.progress).toEqual([[2, null]])
  },
)

test('groups are told as fields, so that a view can fold them', () => {
  const lines = ['::group::Install', 'npm ci', '::endgroup::']
  expect(read(lines).entries.map(({ message, fields }) => [message, fields])).toEqual([
    ['Install', '{"group":"start"}'],
    ['npm ci', null],
    ['', '{"group":"end"}'],
  ])
})

describe('progress', () => {
  test.each([
    ['0', [0, null]],
    [' 42 %  Half way ', [42, 'Half way ']],
    ['7.25\ttab', [7.25, 'tab']],
    ['250', [250, null]], // whoever takes it makes it 100
  ])('of %j', (text, report) => {
    expect(read([`::progress::${text}`]).progress).toEqual([report])
  })

  // A date would else be 2023 per cent, and a bar that is full.
  test.each(['2023-11-14 started', '42nd file', '1/2', '.5', '-1', 'NaN', '1e2', ''])(
    'of %j is text',
    (text) => {
      expect(read([`::progress::${text}`])).toMatchObject({ progress: [], messages: [`::progress::${text}`] })
    },
  )
})

describe('artifact', () => {
  test.each([
    ['::artifact::out/a b.txt', ['out/a b.txt', undefined]],
    ['::artifact name=report.pdf::out/a.pdf', ['out/a.pdf', 'report.pdf']],
    ['::ARTIFACT Name=50%25%2C b.txt::C:\\out\\a.txt', ['C:\\out\\a.txt', '50%, b.txt']],
    ['::artifact::a%0Ab', ['a\nb', undefined]],
  ])('%s', (line, attached) => {
    expect(read([line])).toMatchObject({ attached: [attached], entries: [] })
  })

  test('without a path is text', () => {
    expect(read(['::artifact::', '::artifact name=x:: '])).toMatchObject({
      attached: [],
      messages: ['::artifact::', '::artifact name=x:: '],
    })
  })
})

test('stop-commands holds for both streams of a run, and for no other run', async () => {
  const deck = await openDeck()
  const folder = temporaryFolder()
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const body = `echo '::stop-commands::t'\necho stopped\nread line < '${pipe}'\necho '::error::x' >&2\n`
  const first = writeFile(folder, 'a.sh', `#!/bin/sh\n${body}`, 0o755)
  const [one] = await deck.once('process', { name: 'one' }).add(1, { file: first }).start()
  for await (const { message } of one!.logs({ follow: true })) if (message === 'stopped') break
  await promises.writeFile(pipe, 'go on\n')
  await one!.finished()
  expect(messages(await collect(one!.logs()))).toEqual(['stopped', '::error::x'])
  const second = writeFile(temporaryFolder(), 'b.sh', `#!/bin/sh\necho '::error::x'\n`, 0o755)
  const [two] = await deck.once('process', { name: 'two' }).add(1, { file: second }).start()
  await two!.finished()
  expect(messages(await collect(two!.logs()))).toEqual(['x'])
})
