/** The scripts that `jobdeck new script` writes, run as they are. */
import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  LANGUAGES,
  languageOf,
  templateOf,
  titleOf,
  type Language,
} from '../../src/shared/templates/index.ts'
import { collect, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const INTERPRETERS: Partial<Record<Language, string>> = { py: 'python3', sh: 'sh', ps1: 'pwsh', rb: 'ruby' }
const hasInterpreter = (language: Language) => {
  const name = INTERPRETERS[language]
  return name === undefined || spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
}
const schema = {
  type: 'object',
  properties: {
    folder: { type: 'string', format: 'directory', default: '.', description: 'The folder to look at' },
  },
}

describe.each(LANGUAGES)('the template in %s', (language) => {
  test('says its title and its parameter, whatever the title is', async () => {
    // Would catch: a quote in a title that makes a file that cannot be read.
    const deck = await openDeck()
    const folder = temporaryFolder()
    const titles = fc.oneof(
      fc.constantFrom(`It's "mine" \\ */ // #`, 'a\nb', "'", '\\', '${x}', '三'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    )
    const property = fc.asyncProperty(titles, async (title) => {
      const file = writeFile(folder, `script.${language}`, templateOf(language, title))
      const found = await deck.client.request('handlers.describe', { file })
      expect(found).toMatchObject({ schema, warnings: [] })
      const shown = title.replaceAll(/\p{C}+|[\u2028\u2029]+/gu, ' ').trim()
      expect(found.title).toBe(shown || 'Count files')
    })
    await fc.assert(property, { numRuns: 25 })
  })

  test.skipIf(!hasInterpreter(language))(
    `runs: progress, a warning, a result${hasInterpreter(language) ? '' : ` (skipped: there is no ${INTERPRETERS[language]})`}`,
    async () => {
      // Would catch: a first script that fails, for whoever has just begun.
      const folder = temporaryFolder()
      const text = templateOf(language, 'Count files')
      const file = writeFile(folder, `script.${language}`, text)
      writeFile(folder, 'an empty file', '')
      const deck = await openDeck()
      const job = deck.once('process', { name: 'first' }).add(0, { file })
      const [execution] = await job.start()
      const { status, result } = await job.finished()
      const log = await collect(execution!.logs())
      expect(status, JSON.stringify(log)).toBe('completed')
      expect(result).toEqual({ files: 2, bytes: Buffer.byteLength(text) })
      expect((await execution!.get()).progress).toBe(100)
      expect(log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
        'an empty file is empty',
      ])
      expect(log.filter(({ level }) => level === 'error')).toEqual([])
    },
  )
})

test.each(['py', 'sh'] as const)('the one in %s ends by itself when it is stopped', async (language) => {
  // Would catch: a script to learn from that has to be killed.
  const folder = temporaryFolder()
  const [marker, pause] = {
    py: ['folder = ', 'print("ready")\nsignal.pause()\n'],
    sh: ['set -- ', 'echo ready; sleep 1000 & wait\n'],
  }[language] as [string, string]
  const text = templateOf(language, 'Slow').replace(marker, pause + marker)
  const deck = await openDeck()
  const file = writeFile(folder, `slow.${language}`, text)
  const job = deck.once('process', { name: 'slow', grace: '1m' }).add(0, { file })
  const [execution] = await job.start()
  const lines: string[] = []
  for await (const { message } of execution!.logs({ follow: true })) {
    lines.push(message)
    if (message === 'ready') await job.cancel()
  }
  expect(await job.finished()).toMatchObject({ status: 'cancelled' })
  expect(lines.at(-1)).toMatch(/^Stopped/)
})

test.each([
  ['a.py', 'py'],
  ['a.b.TS', 'ts'],
  ['a.mjs', 'js'],
  ['a.bash', 'sh'],
  ['a', undefined],
  ['a.txt', undefined],
  ['py', undefined],
])('the ending of %s says %s', (name, language) => expect(languageOf(name)).toBe(language))

test.each([
  ['back-up_photos.py', 'Back up photos'],
  ['x', 'X'],
  ['my.new script.ts', 'My new script'],
])('the title of %s is made from its name', (name, title) => expect(titleOf(name)).toBe(title))
