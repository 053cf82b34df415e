/** Resident memory of a process that has an idle deck open. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'
import { inTurn, report } from './report.ts'

const folder = temporaryFolder()
const MEMORY = `setTimeout(() => { gc(); console.log(process.memoryUsage().rss / 2 ** 20); process.exit() }, 1000)`
const script = (code: string) =>
  Number(
    execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', `${code}\n${MEMORY}`], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }),
  )

const idle = `
  import { open } from 'jobdeck'
  const deck = await open({ file: ${JSON.stringify(join(folder, 'jobs.db'))} })`
const bare = `
  import Database from 'better-sqlite3'
  globalThis.database = new Database(${JSON.stringify(join(folder, 'bare.db'))})
  database.exec('create table if not exists one (id integer)')`

const found = await inTurn(3, { idle: () => script(idle), bare: () => script(bare) })
report({
  name: 'memory of an idle deck',
  value: found.idle,
  unit: 'MiB',
  yardstick: 'bare Node with better-sqlite3',
  yardstickValue: found.bare,
  bar: 1.8,
  more: 'worse',
})
