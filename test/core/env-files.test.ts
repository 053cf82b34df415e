import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { holding } from '../support/bytes.ts'
import { collect, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const show = (...names: string[]) => names.map((name) => `echo "${name}=$${name}"`).join('; ')

/** Runs a line for the shell with these files, by their content. */
async function runWith(files: string[], environment: Record<string, string>, shell: string) {
  const folder = temporaryFolder()
  const environmentFiles = files.map((text, index) => writeFile(folder, `${index}.env`, text))
  const deck = await openDeck()
  const job = deck.once('process', { name: 'A', environment, environmentFiles }).add(1, { shell })
  const [execution] = await job.start()
  const detail = await execution!.finished()
  const log = await collect(execution!.logs())
  return { deck, detail, environmentFiles, lines: log.map(({ message }) => message) }
}

describe('files of variables', () => {
  test('count in their order: the base least, later files more, the environment of the job most', async () => {
    const { lines } = await runWith(
      ['# first\nHOME=/first\nA=1\nB=1\nC=1\nQ="two\nlines"\n', 'export B=2\nC=2'],
      { C: '3' },
      show('HOME', 'A', 'B', 'C', 'Q'),
    )
    expect(lines).toEqual(['HOME=/first', 'A=1', 'B=2', 'C=3', 'Q=two', 'lines'])
  })

  test('of categories come before those of the job', async () => {
    const folder = temporaryFolder()
    const [outer, inner, own] = ['outer', 'inner', 'own'].map((name) =>
      writeFile(folder, `${name}.env`, `LAST=${name}\n${name.toUpperCase()}=yes\n`),
    )
    const deck = await openDeck()
    const save = (path: string, file: string) =>
      deck.client.request('categories.save', { path, policy: { environmentFiles: [file] } })
    await save('a', outer!)
    await save('a/b', inner!)
    const job = deck
      .once('process', { name: 'A', category: 'a/b', environmentFiles: [own!] })
      .add(1, { shell: show('LAST', 'OUTER', 'INNER', 'OWN') })
    const [execution] = await job.start()
    await job.finished()
    const log = await collect(execution!.logs())
    expect(log.map(({ message }) => message)).toEqual(['LAST=own', 'OUTER=yes', 'INNER=yes', 'OWN=yes'])
  })

  test('are kept by their whole path, of jobs and of categories, wherever they run', async () => {
    const deck = await openDeck()
    const file = join(temporaryFolder(), 'x.env')
    const environmentFiles = [relative(process.cwd(), file)]
    await deck.once('process', { name: 'A', environmentFiles }).save()
    await deck.client.request('categories.save', { path: 'c', policy: { environmentFiles } })
    const { policy } = await deck.client.request('jobs.get', { job: 'A' })
    const category = await deck.client.request('categories.get', { path: 'c' })
    expect([policy, category.policy]).toEqual([
      { mode: 'process', environmentFiles: [file] },
      { environmentFiles: [file] },
    ])
    const document = await deck.client.request('deck.export', {})
    const [report] = await deck.client.request('deck.import', { document, dryRun: true })
    expect(report!.outcome).toBe('unchanged')
  })

  test('with what looks like a secret are masked, in what is stored and in what is written', async () => {
    const { deck, detail, lines } = await runWith(
      ['API_TOKEN=abc-123-xyz\nDB=postgres://me:hunter22@host/db\nNAME=plain\n'],
      {},
      `${show('API_TOKEN', 'DB', 'NAME')}; printf 'it:hunter%s' 22`,
    )
    expect(lines).toEqual(['API_TOKEN=***', 'DB=***', 'NAME=plain', 'it:***'])
    expect(detail.environment).toMatchObject({
      API_TOKEN: '***',
      DB: 'postgres://me:***@host/db',
      NAME: 'plain',
    })
    expect(holding(dirname(deck.file), ['abc-123-xyz', 'hunter22'])).toEqual([])
  })

  test.each(['in-process', 'process'] as const)(
    'are there in a module in mode %s, each time anew',
    async (mode) => {
      const folder = temporaryFolder()
      const file = writeFile(
        folder,
        'module.mjs',
        'export default () => [process.env.A, process.env.NODE_ENV]',
      )
      const environmentFiles = [writeFile(folder, '.env', 'A=1\nNODE_ENV=one')]
      const deck = await openDeck()
      const job = deck.once(mode, { name: 'A', environmentFiles }).add(1, { file })
      await job.start()
      expect((await job.finished()).result).toEqual(['1', 'one'])
      writeFile(folder, '.env', 'A=2\nNODE_ENV=two')
      await job.start()
      const { result, executions } = await job.finished()
      expect(result).toEqual(['2', 'two'])
      expect(executions[0]!.environment).toMatchObject({ A: '2' })
    },
  )

  test.each([
    ['is missing', undefined, 'does not exist'],
    ['holds a NUL character', 'A=x\0y', 'has a NUL character in "A", which no variable can hold'],
    ['is too long', `A=${'x'.repeat(1024 * 1024)}`, 'has 1,048,578 bytes; 1,048,576 fit'],
  ])('one that %s fails the run, by the name of the file', async (_, text, said) => {
    const folder = temporaryFolder()
    const path = text === undefined ? join(folder, 'x.env') : writeFile(folder, 'x.env', text)
    const deck = await openDeck()
    const job = deck.once('process', { name: 'A', environmentFiles: [path] }).add(1, { shell: 'true' })
    await job.start()
    const { status, executions } = await job.finished()
    expect(status).toBe('failed')
    const { error } = executions[0]!
    expect(error).toMatchObject({ code: 'env-file', message: `the file of variables ${path} ${said}` })
  })

  test('a folder in place of one is refused at once, and not read for ever', async () => {
    const { detail } = await runWith([], {}, 'true')
    expect(detail.status).toBe('completed')
    const deck = await openDeck()
    const job = deck
      .once('process', { name: 'A', environmentFiles: [temporaryFolder()] })
      .add(1, { shell: 'true' })
    await job.start()
    const { executions } = await job.finished()
    expect(executions[0]!.error!.message).toMatch(/is not a regular file$/)
  })
})
