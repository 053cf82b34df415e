import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Deck, OpenOptions } from '../../src/core/index.ts'
import { openDeck, temporaryFolder } from './deck.ts'

/** A shell script, which says where it lies. */
export const HELLO = `#!/bin/sh\necho "hello from $JOBDECK_SCRIPT"\n`
/** A module with a title and a parameter. */
export const GREETS = `
export const title = 'Greets'
export const params = { properties: { who: { type: 'string', default: 'you' } } }
export default ({ params, info }) => { info('hello ' + params.who); return params.who }
`

/** A deck with a scripts folder of its own. */
export async function scriptsDeck(options: Partial<OpenOptions> = {}) {
  const root = temporaryFolder()
  const folder = join(root, 'scripts')
  mkdirSync(folder)
  const deck = await openDeck({ file: join(root, 'jobs.db'), scripts: folder, ...options })
  const { client } = deck
  return {
    deck,
    root,
    folder,
    /** Writes a file into the folder, as an editor does that knows no better. */
    put(path: string, text: string | Buffer, mode = 0o644): string {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { mode })
      return file
    },
    remove: (path: string) => rmSync(join(folder, path), { recursive: true }),
    link: (target: string, path: string) => symlinkSync(target, join(folder, path)),
    /** What a run logged. */
    lines: async (execution: number) =>
      (await client.request('logs.list', { execution })).map(({ message }) => message),
    list: () => client.request('scripts.list', {}),
    get: (script: string) => client.request('scripts.get', { script }),
    approve: (script: string, digest?: string) =>
      client.request('scripts.approve', { script, ...(digest && { digest }) }),
    /** The run once it has ended. */
    ended: (execution: number) => whenEnded(deck, execution),
    /** Makes a job of a script and runs it; resolves with the run when it has ended. */
    run: (script: string, params = {}) => runScript(deck, script, params),
  }
}

async function runScript(deck: Deck, script: string, params: Record<string, string>) {
  const job = { name: script, handlers: [{ handler: { script } }] }
  const [queued] = await deck.client.request('jobs.run', { job, params })
  return whenEnded(deck, queued!.id)
}

function whenEnded(deck: Deck, id: number) {
  return new Promise<Awaited<ReturnType<typeof detail>>>((resolve, reject) => {
    const look = () => {
      detail(deck, id)
        .then((found) => {
          if (found.endedAt === null) return
          stop()
          resolve(found)
        })
        .catch(reject)
    }
    const stop = deck.on('execution', (event) => event.id === id && look())
    look()
  })
}

const detail = (deck: Deck, id: number) => deck.client.request('executions.get', { execution: id })
