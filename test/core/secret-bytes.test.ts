import { dirname } from 'node:path'
import * as fc from 'fast-check'
import { test, expect } from 'vitest'
import { holding } from '../support/bytes.ts'
import { SEED } from '../support/fuzzing.ts'
import { openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

/** Says each of its texts by the way that is given for it, and fails if it is told to. */
const MODULE = `export default async ({ params, info, setProgress }) => {
  const kept = []
  for (const [index, way] of params.ways.entries()) {
    const text = params.before[index] + params.secrets[index % params.secrets.length] + 'tail'
    if (way === 'log') info(text, { text, [text]: 1 })
    if (way === 'console') console.log('it is', text, { text }, [text])
    if (way === 'stdout') process.stdout.write(text + '\\n')
    if (way === 'chunks') for (const character of text) process.stdout.write(character)
    if (way === 'progress') setProgress(index, text)
    if (way === 'result') kept.push(text)
    if (way === 'error') throw Object.assign(new Error(text), { code: text })
  }
  return kept
}`

/** The same by a program, which has its parameters in a file. */
const PROGRAM = `#!/usr/bin/env node
const params = JSON.parse(require('fs').readFileSync(process.env.JOBDECK_PARAMS_FILE, 'utf8'))
for (const [index, way] of params.ways.entries()) {
  const text = params.before[index] + params.secrets[index % params.secrets.length] + 'tail'
  if (way === 'log') console.log(JSON.stringify({ level: 'info', msg: text, text, [text]: text }))
  if (way === 'stdout' || way === 'chunks') process.stdout.write('\\x1b[31m' + text + '\\x1b[0m\\n')
  if (way === 'console') console.error({ text })
  if (way === 'progress') console.log('::progress::50 ' + text.split('\\n')[0])
  if (way === 'result') require('fs').writeFileSync(process.env.JOBDECK_OUTPUT, JSON.stringify({ text, [text]: [text] }))
  if (way === 'error') process.exitCode = 3
}
process.exitCode ??= 0
`

/** Such that a chance hit in other bytes is as good as impossible. */
const secret = fc
  .tuple(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', "'", '\n', '\r\n', '%', '€', '😀', ' ', '\t'),
      maxLength: 6,
    }),
    fc.uuid(),
  )
  .map(([a, b, id]) => `${id.slice(0, 18)}${b}${a}${b}${id.slice(18)}`)
  .filter((text) => text.isWellFormed() && !text.includes('\0'))
const before = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.integer({ min: 0, max: 60 }).map((missing) => '.'.repeat(64 * 1024 - missing)),
  fc.integer({ min: 0, max: 60 }).map((missing) => '.'.repeat(1000 - missing)),
)
const ways = fc.array(fc.constantFrom('log', 'console', 'stdout', 'chunks', 'progress', 'result', 'error'), {
  minLength: 1,
  maxLength: 5,
})

/** The parts by which a secret is known, of which none may be left anywhere: its two halves of a random number. */
const partsOf = (text: string) => [text.slice(0, 18), text.slice(-18)]

test(`whatever a run does with random secrets, none of their bytes is anywhere in the deck (seed ${SEED})`, async () => {
  const folder = temporaryFolder()
  const module = writeFile(folder, 'module.mjs', MODULE)
  const program = writeFile(folder, 'program', PROGRAM, 0o755)
  const deck = await openDeck({ durability: 'normal' })
  let number = 0
  const places = [
    { mode: 'in-process', file: module },
    { mode: 'process', file: module },
    { mode: 'process', file: program },
  ] as const
  await fc.assert(
    fc.asyncProperty(
      fc.array(secret, { minLength: 1, maxLength: 3 }),
      ways,
      fc.array(before, { minLength: 5, maxLength: 5 }),
      fc.constantFrom(...places),
      async (secrets, ways, before, { mode, file }) => {
        const names = secrets.map((_, index) => `S${number++}x${index}`)
        for (const [index, name] of names.entries())
          await deck.client.request('secrets.set', { name, value: secrets[index]! })
        const params = { ways, before, secrets: names.map((name) => ({ secret: name })) }
        const environment = { VARIABLE: { secret: names[0]! } }
        const job = deck.once(mode, { name: `job ${number}`, params, environment }).add(1, { file })
        const [execution] = await job.start()
        const { status, error } = await execution!.finished()
        if (!ways.includes('error')) expect([status, error]).toEqual(['completed', null])
        expect(holding(dirname(deck.file), secrets.flatMap(partsOf))).toEqual([])
      },
    ),
    { numRuns: Number(process.env.JOBDECK_FUZZ_RUNS ?? 60), seed: SEED, endOnFailure: true },
  )
}, 120_000)
