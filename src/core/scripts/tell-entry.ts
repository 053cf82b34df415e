import { sendLast } from '../executors/ways.ts'

/** The entry of a child process that loads a module, once it is approved, to hear what it says of itself. */
const url = process.argv[2]!
const module = (await import(url)) as Record<string, unknown>
const told = Object.fromEntries(
  ['title', 'description', 'params', 'defaults'].map((name) => [name, module[name]]),
)
// What cannot be written as JSON is left out.
sendLast({ told: JSON.parse(JSON.stringify(told)) as unknown })
