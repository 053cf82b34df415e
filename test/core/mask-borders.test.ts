import { format, inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMasks } from '../../src/core/dispatch/masks.ts'
import { createContext, type RunFacts } from '../../src/core/executors/context.ts'
import { errorInfo } from '../../src/core/executors/failure.ts'
import { LINE_LIMIT, LineSplitter, PROGRESS_MESSAGE_LIMIT } from '../../src/core/executors/lines.ts'
import { outputReader } from '../../src/core/executors/output.ts'
import { readableFields, readableJson } from '../../src/core/executors/readable.ts'

const SECRET = 'Sésame, open "it"\\1'
const MULTI_LINE = '-----BEGIN-----\nfirst part of it\nsecond part\n-----END-----'

/** So few characters of a secret tell nothing: they may be part of what stands beside it. */
const TELLING = 3

function masksOf(...secrets: string[]) {
  const masks = createMasks()
  for (const secret of secrets) masks.add(secret, TELLING)
  return masks
}

/** Every part of a secret that tells something, from the beginning on: what a cut would leave of it. */
const beginnings = (secret: string) =>
  Array.from(secret, (_, index) => secret.slice(0, index + 1)).filter((part) => part.length >= TELLING)

/** What a program writes, as lines of its log. */
function linesOf(text: string, masks = masksOf(SECRET, MULTI_LINE)): string[] {
  const lines: string[] = []
  const sink = {
    log: ({ message }: { message: string }) => void lines.push(masks.masked(message)),
    mask: (secret: string) => masks.add(secret),
  }
  const read = outputReader({
    sink,
    progress: () => {},
    attach: () => {},
    commandsAreRead: true,
  })
  const splitter = new LineSplitter(
    'utf-8',
    (line) => read(line, 'stdout'),
    () => {},
  )
  splitter.push(Buffer.from(text))
  splitter.end()
  return lines
}

/** Filling up to a border, so that so many bytes of what follows stand before it. */
const upTo = (border: number, before: number) => '.'.repeat(border - before)

const unmasked = (shown: string, secret: string) => beginnings(secret).filter((part) => shown.includes(part))

describe('a line of a program that is cut in a secret', () => {
  const bytes = Buffer.byteLength(SECRET)
  const positions = Array.from({ length: bytes + 4 }, (_, index) => index - 1)

  test.each([
    ['as it is', SECRET, 0],
    ['in colours', `\x1b[1;31m${SECRET}\x1b[0m`, 7],
    ['as an address has it', encodeURIComponent(SECRET), 0],
    ['in base64', Buffer.from(SECRET).toString('base64'), 0],
    ['as JSON', JSON.stringify(SECRET).slice(1, -1), 0],
  ])('has no beginning of it, wherever the cut is (%s)', (_, written, before) => {
    const plain = written.replaceAll(/\x1b\[[\d;]*m/g, '') // oxlint-disable-line no-control-regex
    for (let at = 0; at <= Buffer.byteLength(written) + 1; at++) {
      const [line] = linesOf(`${upTo(LINE_LIMIT, at)}${written}${'.'.repeat(100)}`)
      expect(line).toMatch(/\[cut: the line has [\d,]+ bytes\]$/)
      expect([at, unmasked(line!, plain)]).toEqual([at, []])
      if (at > before + TELLING && at <= before + plain.length) expect(line).toContain('***')
    }
  })

  test.each(MULTI_LINE.split('\n'))('of several lines has none of the line %j', (part) => {
    for (let at = 0; at <= part.length + 1; at++)
      expect(unmasked(linesOf(`${upTo(LINE_LIMIT, at)}  ${part}${'.'.repeat(100)}`)[0]!, part)).toEqual([])
  })

  test.each(positions)('that the run named itself has none of it (%i bytes before the border)', (at) => {
    const named = `::add-mask::${SECRET}\n`
    const text = `${named}${upTo(LINE_LIMIT, Math.max(0, at))}${SECRET} and more`
    const [line] = linesOf(text, createMasks())
    expect(unmasked(line!, SECRET)).toEqual([])
  })

  test('keeps what is no secret: a cut line without one is as it was', () => {
    const [line] = linesOf('x'.repeat(LINE_LIMIT + 1))
    expect(line).toBe(`${'x'.repeat(LINE_LIMIT)} … [cut: the line has 65,537 bytes]`)
  })
})

test('a secret through which colours go is masked, as it is read without them', () => {
  expect(linesOf(`a \x1b[1m${SECRET.slice(0, 4)}\x1b[31m${SECRET.slice(4)}\x1b[0m b`)).toEqual([
    'a \x1b[1m***\x1b[0m b',
  ])
})

test.each([
  ['the console of Node', (secret: string) => format(secret, { secret })],
  [
    'a shell that tells what it runs',
    (secret: string) => `+ curl '${secret.replaceAll("'", String.raw`'\''`)}'`,
  ],
])('a secret is masked as %s writes it', (_, write) => {
  const secret = `it's 100%% "safe"\n`
  expect(masksOf(secret).masked(write(secret))).not.toMatch(/it|100|safe/)
})

test('control characters that a terminal takes for commands do not hide a secret', () => {
  expect(linesOf('x ab\x07cd\x1b[2Kef x', masksOf('ab\x07cd\x1b[2Kef'))).toEqual(['x *** x'])
})

const FACTS = { id: 1, jobName: '', plannedAt: 0, lastSuccessAt: null } as RunFacts

/** What a module logs and reports, as the engine stores it. */
function reported(
  use: (context: ReturnType<typeof createContext>['context']) => void,
  secret: string,
): string {
  const masks = masksOf(secret)
  let shown = ''
  const { context, end } = createContext(
    FACTS,
    {},
    { signal: new AbortController().signal },
    {
      log: (_, message, fields) =>
        (shown += masks.masked(message) + (fields ? masks.maskedJson(fields) : '')),
      progress: (_, message) =>
        (shown += masks.masked(message ?? '', (message?.length ?? 0) >= PROGRESS_MESSAGE_LIMIT)),
      attach: () => Promise.resolve(false),
      summary: () => {},
    },
  )
  use(context)
  end()
  return shown
}

describe.each([SECRET, MULTI_LINE])(
  'what a module writes is cut nowhere so that a part of %j is left',
  (secret) => {
    const inBorder = (border: number, at: number) => `${upTo(border, at)}${secret}${'.'.repeat(100_000)}`
    const everywhere = (check: (at: number) => string) => {
      for (let at = 0; at <= secret.length + 1; at++)
        for (const part of secret.split('\n')) expect([at, unmasked(check(at), part)]).toEqual([at, []])
    }

    test('in messages', () =>
      everywhere((at) => reported(({ info }) => info(inBorder(LINE_LIMIT, at)), secret)))
    test('in values that are written as the console does', () =>
      everywhere((at) => reported(({ info }) => info({ text: inBorder(10_000, at) }), secret)))
    test('in progress', () =>
      everywhere((at) =>
        reported(({ setProgress }) => setProgress(1, inBorder(PROGRESS_MESSAGE_LIMIT, at)), secret),
      ))
    test('in fields and results, of which the beginning is kept', () => {
      // Before the text stands `{"text":"`.
      const value = (at: number) => ({ text: inBorder(991, at) })
      everywhere((at) => masksOf(secret).maskedJson(readableFields(value(at))!))
      everywhere((at) => masksOf(secret).maskedJson(readableJson([value(at).text], 50_000)!.json))
    })
    test('in errors', () => {
      const told = (error: unknown) => masksOf(secret).maskedJson(JSON.stringify(errorInfo(error)))
      everywhere((at) => told(new Error(inBorder(LINE_LIMIT, at))))
      // Before the message stands `Error: `.
      everywhere((at) => told(new Error(inBorder(LINE_LIMIT - 7, at))))
      everywhere((at) => told(inBorder(LINE_LIMIT, at)))
    })
  },
)

const anySecret = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 3, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', "'", '\n', '%', '='), minLength: 3, maxLength: 12 }),
)

test('any secrets, written in any way and anywhere, are masked; what is masked stays the JSON that it was', () => {
  fc.assert(
    fc.property(
      fc.array(anySecret, { minLength: 1, maxLength: 3 }),
      fc.string(),
      fc.string(),
      (secrets, a, b) => {
        const masks = masksOf(...secrets)
        for (const secret of secrets) {
          const ways = [
            secret,
            JSON.stringify(secret).slice(1, -1),
            inspect([secret], { breakLength: Infinity }).slice(3, -3),
            encodeURIComponent(secret.toWellFormed()),
            Buffer.from(secret.toWellFormed()).toString('base64'),
          ]
          if (secret.trim() === '') continue
          for (const way of ways.filter((text) => !'***'.includes(text)))
            expect(masks.masked(`${a}${way}${b}`)).not.toContain(way)
          const json = masks.maskedJson(JSON.stringify({ [secret]: [secret, { deep: `${a}${secret}` }] }))
          if (!'***'.includes(secret))
            expect(JSON.stringify(Object.entries(JSON.parse(json) as object))).not.toContain(
              JSON.stringify(secret).slice(1, -1),
            )
        }
      },
    ),
    { numRuns: 500 },
  )
})
