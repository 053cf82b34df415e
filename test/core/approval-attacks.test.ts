/** Ways to run what nobody approved, and to keep others from their work: each was found by trying it. */
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { scriptsDeck } from '../support/scripts.ts'

describe('what an attacker may try', () => {
  test('a module that is named through imports of a package.json is a part of the script', async () => {
    const { put, approve, get } = await scriptsDeck()
    put('job/package.json', '{ "main": "a.mjs", "imports": { "#helper": "./helper.mjs" } }')
    put('job/a.mjs', `import word from '#helper'\nexport default ({ info }) => info(word)`)
    put('job/helper.mjs', `export default 'good'`)
    await approve('job')
    put('job/helper.mjs', `export default 'evil'`)
    expect(await get('job')).toMatchObject({ state: 'changed' })
    put('package.json', '{ "imports": { "#one": "./one.mjs" } }')
    put('one.mjs', `export const word = 'good'`)
    put('b.mjs', `import { word } from '#one'\nexport default ({ info }) => info(word)`)
    expect((await approve('b.mjs')).parts.map(({ path }) => path)).toEqual(['b.mjs', 'one.mjs'])
    put('one.mjs', `export const word = 'evil'`)
    expect(await get('b.mjs')).toMatchObject({ state: 'changed' })
  })

  test('a first line that was swapped after the approval chooses no other interpreter', async () => {
    const { deck, put, approve, lines, ended, folder } = await scriptsDeck()
    put('a.sh', '#!/bin/sh\necho good')
    await approve('a.sh')
    let swaps = 0
    const swapping = setInterval(() => {
      const evil = swaps++ % 2 === 0
      writeFileSync(join(folder, 'a.sh'), evil ? '#!/bin/echo evil\necho good' : '#!/bin/sh\necho good')
    }, 1)
    const seen: string[] = []
    for (let round = 0; round < 40; round++) {
      const job = { name: 'a', handlers: [{ handler: { script: 'a.sh' } }] }
      const queued = await deck.client.request('jobs.run', { job }).catch(() => [])
      for (const { id } of queued) {
        await ended(id)
        seen.push(...(await lines(id)))
      }
    }
    clearInterval(swapping)
    expect(new Set(seen)).not.toContainEqual(expect.stringContaining('evil'))
  })

  test('two sets of files have no digest in common, however they are called', async () => {
    const { put, approve, get, remove } = await scriptsDeck()
    put('x.py', 'import entry')
    put('entry.py', 'print(1)')
    await approve('x.py')
    put('x.py', 'print(1)')
    put('entry.py', 'import entry')
    expect(await get('x.py')).toMatchObject({ state: 'changed', parts: [{ path: 'x.py' }] })
    put('t/handler.py', 'print(1)')
    put('t/zz\nabc entry.job.toml', 'title = "evil"')
    await approve('t')
    remove('t/zz\nabc entry.job.toml')
    put('t/zz', 'title = "evil"')
    expect(await get('t')).toMatchObject({ state: 'changed' })
  })

  test('a script that is written here approves nothing but its own text', async () => {
    const { deck, put } = await scriptsDeck()
    const write = (script: string, text: string) => deck.client.request('scripts.write', { script, text })
    put('hello.py.job.toml', 'interpreter = ["/bin/sh", "-c", "echo evil"]')
    expect(await write('hello.py', 'print(1)')).toMatchObject({ state: 'new' })
    put('helper.ts', `export const word = 'evil'`)
    expect(
      await write('mine.ts', `import { word } from './helper.ts'\nexport default () => word`),
    ).toMatchObject({ state: 'new' })
    expect(await write('alone.ts', `export default () => 1`)).toMatchObject({ state: 'approved' })
    for (const name of ['_x.sh', 'node_modules/x.sh', 'notes.txt', '@x/y.sh'])
      await expect(write(name, 'echo'), name).rejects.toMatchObject({ code: 'invalid-input' })
  })

  test('a path in the folder is the script that lies there, by whatever way it is named', async () => {
    const { deck, put, root, folder } = await scriptsDeck()
    const file = put('a.sh', 'echo 1')
    symlinkSync(folder, join(root, 'way'))
    const save = (handler: object) =>
      deck.client.request('jobs.save', { name: 'a', handlers: [{ handler: handler as { file: string } }] })
    expect((await save({ file: join(root, 'way', 'a.sh') })).handlers[0]!.handler).toEqual({ script: 'a.sh' })
    await expect(save({ file, interpreter: ['sh'] })).rejects.toMatchObject({ code: 'invalid-input' })
    // Its folder became a scripts folder after the job was made.
    const other = temporaryFolder()
    writeFile(other, 'b.sh', 'echo 1')
    await save({ file: join(other, 'b.sh') })
    await deck.client.request('scripts.addFolder', { path: other, name: 'other' })
    await expect(deck.client.request('jobs.start', { job: 'a' })).rejects.toMatchObject({
      code: 'not-approved',
    })
  })

  test('what metadata names in the folder is a part of the script', async () => {
    const { put, approve, get } = await scriptsDeck()
    put('my.env', 'A=1')
    put('a.sh', '# /// script\n# [tool.jobdeck]\n# environmentFiles = ["my.env"]\n# ///\necho $A')
    await approve('a.sh')
    put('my.env', 'BASH_ENV=/tmp/evil')
    expect(await get('a.sh')).toMatchObject({ state: 'changed' })
  })

  test('a link in a circle, a deep import and a long line of comments keep nobody from listing', async () => {
    const { put, link, list } = await scriptsDeck()
    link('loop', 'loop')
    put('deep.py', `import ${'a.'.repeat(8000)}a\nfrom ${'.'.repeat(150_000)} import x`)
    put('many.sh', '# /// script\n'.repeat(24_000))
    put('a.sh', 'echo 1')
    const began = process.cpuUsage()
    expect((await list()).map(({ name }) => name)).toEqual(['a.sh', 'deep.py', 'many.sh'])
    // It was minutes.
    expect(process.cpuUsage(began).user).toBeLessThan(5_000_000)
  })

  test('what is asked of a module is not answered by what else it sends', async () => {
    const { put, approve } = await scriptsDeck()
    put(
      'a.ts',
      `process.send?.(null)\nprocess.send?.({ title: 'evil' })\nexport const title = ['g', 'ood'].join('')\nexport default () => 1`,
    )
    expect(await approve('a.ts')).toMatchObject({ title: 'good', warnings: [] })
  })
})
