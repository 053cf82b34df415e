import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ExecutorName } from '../fixtures/work.ts'
import { temporaryFolder } from './deck.ts'
import { HostProcess } from './host.ts'

/** A deck of the test's own, and a folder for what its handlers do; see `test/fixtures/evidence.ts`. */
export function workplace() {
  const folder = temporaryFolder()
  for (const name of ['begun', 'done', 'twice', 'lines', 'ticks', 'started']) mkdirSync(join(folder, name))
  const has = (name: string, id: number) => existsSync(join(folder, name, String(id)))
  return {
    folder,
    /** Of hosts: whatever they start carries this, marked as a run or not. */
    env: { LC_JOBDECK_TEST: folder },
    file: join(folder, 'jobs.db'),
    /** Lets what goes on end. */
    calm: () => writeFileSync(join(folder, 'calm'), ''),
    /** What the handler of the run did, seen from outside. */
    evidence: (id: number) => ({ begun: has('begun', id), done: has('done', id), twice: has('twice', id) }),
  }
}
export type Workplace = ReturnType<typeof workplace>

/** The evidence of a run that was begun once and came to its end. */
export const ONCE = { begun: true, done: true, twice: false }

/** A host starts the work and dies at the moment. */
export async function die(
  { folder, file, env }: Workplace,
  executor: ExecutorName,
  moment: string,
): Promise<void> {
  const host = new HostProcess('doomed', [file, folder, executor, moment], { env })
  expect(await host.ended).toEqual({ code: null, signal: 'SIGKILL', stderr: '' })
}
