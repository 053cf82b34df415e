/** How soon a script that was saved is listed, and what a list costs, among few and among many. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { watch } from 'chokidar'
import { open } from 'jobdeck'
import { temporaryFolder } from './folder.ts'
import { median, report } from './report.ts'

const SAVES = 20
const SOURCES: Record<string, (index: number) => string> = {
  sh: (index) => `#!/bin/sh\necho ${index}\n`,
  py: (index) => `# /// script\n# [tool.jobdeck]\n# title = "Number ${index}"\n# ///\nprint(${index})\n`,
  ts: (index) => `export const title = 'Number ${index}'\nexport default (): number => ${index}\n`,
}

/** Files of all kinds in a folder of their own. */
function fill(count: number): string {
  const folder = join(temporaryFolder(), 'scripts')
  mkdirSync(folder)
  const kinds = Object.entries(SOURCES)
  for (let index = 0; index < count; index++) {
    const [ending, source] = kinds[index % kinds.length]!
    writeFileSync(join(folder, `script-${index}.${ending}`), source(index))
  }
  return folder
}

/** Medians in ms: from a save until the event and the whole list are there, and of a list when nothing changed. */
async function listed(count: number) {
  const scripts = fill(count)
  const deck = await open({ file: join(scripts, '..', 'jobs.db'), scripts })
  const list = () => deck.client.request('scripts.list', {})
  const began = performance.now()
  await list()
  const first = performance.now() - began
  const saves: number[] = []
  for (let round = 0; round < SAVES; round++) {
    const heard = Promise.withResolvers<void>()
    const name = `saved-${round}.sh`
    const stop = deck.on('scripts', ({ names }) => names.includes(name) && heard.resolve())
    const start = performance.now()
    writeFileSync(join(scripts, name), SOURCES.sh!(round))
    await heard.promise
    const found = (await list()).some((script) => script.name === name)
    if (!found) throw new Error(`${name} is not listed`)
    saves.push(performance.now() - start)
    stop()
  }
  const lists: number[] = []
  for (let round = 0; round < SAVES; round++) {
    const start = performance.now()
    await list()
    lists.push(performance.now() - start)
  }
  await deck.close()
  return { first, save: median(saves), list: median(lists) }
}

/** The same by the watcher alone. */
async function heard(count: number): Promise<number> {
  const folder = fill(count)
  const watcher = watch(folder, { ignoreInitial: true })
  await new Promise<void>((resolve) => void watcher.on('ready', () => resolve()))
  const times: number[] = []
  for (let round = 0; round < SAVES; round++) {
    const event = Promise.withResolvers<void>()
    watcher.once('add', () => event.resolve())
    const start = performance.now()
    writeFileSync(join(folder, `saved-${round}.sh`), SOURCES.sh!(round))
    await event.promise
    times.push(performance.now() - start)
  }
  await watcher.close()
  return median(times)
}

await listed(10) // loads the parsers
const few = await listed(10)
const many = await listed(1000)
report({
  name: 'first list of 1,000 scripts',
  value: many.first,
  unit: 'ms',
  yardstick: 'of 10',
  yardstickValue: few.first,
})
report({
  name: 'list of 1,000 scripts that did not change',
  value: many.list,
  unit: 'ms',
  yardstick: 'of 10',
  yardstickValue: few.list,
})
report({
  name: 'a save among 10 scripts until all are listed',
  value: few.save,
  unit: 'ms',
  yardstick: 'the event of the watcher alone',
  yardstickValue: await heard(10),
})
report({
  name: 'a save among 1,000 scripts until all are listed',
  value: many.save,
  unit: 'ms',
  yardstick: 'the event of the watcher alone',
  yardstickValue: await heard(1000),
})
