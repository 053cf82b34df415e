/** `npm run bench [-- NAME…]`: runs the benchmarks one after the other, each in a process of its own. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const ALL = [
  'lifecycle',
  'latency',
  'commands',
  'logs',
  'output',
  'claim',
  'search',
  'lists',
  'schedules',
  'scripts',
  'memory',
  'window',
]

const wanted = process.argv.length > 2 ? process.argv.slice(2) : ALL
const unknown = wanted.filter((name) => !ALL.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${ALL.join(', ')}`)
  process.exit(2)
}
for (const name of wanted) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', join(import.meta.dirname, `${name}.ts`)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
