import { join } from 'node:path'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { expect, onTestFinished } from 'vitest'
import { createBridge } from '../../src/core/api.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createEngine } from '../../src/core/engine.ts'
import { open } from '../../src/core/index.ts'
import type { Bridge } from '../../src/shared/client.ts'
import type { Reply, RequestName } from '../../src/shared/contract.ts'
import { temporaryFolder } from './deck.ts'
import { STRINGS } from './hostile.ts'

/** Inputs of each kind for each route. */
export const RUNS = Number(process.env.JOBDECK_FUZZ_RUNS ?? 1000)
export const SEED = Number(process.env.JOBDECK_TEST_SEED ?? 48_493)
const NOW = 1_800_000_000_000

/** A deck in which the things of the pool in `arbitrary.ts` are there, whose time stands still, and that runs nothing. */
export async function smallDeck() {
  const folder = temporaryFolder()
  const file = join(folder, 'jobs.db')
  const made = await open({ file, durability: 'normal' })
  for (const name of ['alpha', 'beta']) {
    const job = made.once('in-process', { name, category: 'a/b/c', keepRuns: 5 })
    job.add(1, ({ info }) => info('text'))
    await job.start()
    await job.finished()
  }
  await made.close()
  const engine = await createEngine({
    file,
    kind: 'run', // which plans nothing: what is stored was asked for
    durability: 'normal',
    clock: { ...systemClock, now: () => NOW },
    slots: { inline: 0, thread: 0, process: 0 },
  })
  onTestFinished(() => engine.close())
  await engine.stop([], false) // what opening stores is stored
  const reader = new Database(file, { readonly: true })
  onTestFinished(() => void reader.close())
  const version = reader.prepare('pragma data_version').pluck()
  return { folder, bridge: createBridge(engine), commits: () => version.get() as number }
}

/** Files are made and read in the folder of the test alone, whatever is asked for. */
export function confine(folder: string, name: string, input: unknown): unknown {
  if (name !== 'deck.backUp' || typeof input !== 'object' || input === null) return input
  const { value, ...rest } = Object.getOwnPropertyDescriptor(input, 'file') ?? {}
  if (typeof value !== 'string' || value === '') return input
  // A copy takes long: most are refused since there is one.
  const chosen = STRINGS.includes(value) ? value.slice(0, 300) : String(value.length % 3)
  const inside = join(folder, 'copies', chosen.replaceAll('..', 'up'))
  return Object.defineProperty({ ...input }, 'file', { ...rest, value: inside })
}

const issuesOf = (reply: Reply<unknown>) =>
  reply.ok || reply.fault.code !== 'invalid-input'
    ? undefined
    : (reply.fault.data?.issues as { field: string }[])

/** Asks the route with every input, and looks that nothing is changed where it is refused, and that the reason is of use. */
export async function ask(
  name: RequestName,
  inputs: fc.Arbitrary<unknown>,
  through: (bridge: Bridge) => Bridge | Promise<Bridge>,
  runs: number,
) {
  const { folder, bridge, commits } = await smallDeck()
  const transport = await through(bridge)
  const codes: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(inputs, async (made) => {
      const input = confine(folder, name, made)
      const before = commits()
      const reply = await transport.request(name, input)
      const code = reply.ok ? 'ok' : reply.fault.code
      codes[code] = (codes[code] ?? 0) + 1
      if (reply.ok) return
      if (code === 'internal') throw new Error(`a fault of Jobdeck itself: ${reply.fault.message}`)
      if (commits() !== before)
        throw new Error(`it was refused, and something was stored: ${reply.fault.message}`)
      const issues = issuesOf(reply)
      if (code === 'invalid-input' && (!issues?.length || issues.some(({ field }) => !field)))
        throw new Error(`no field is named: ${reply.fault.message}`)
    }),
    { numRuns: runs, seed: SEED, endOnFailure: true },
  )
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  return codes
}
