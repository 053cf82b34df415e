/** Asks the deck from within the page, over the very channel that the page has. */
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { build } from 'esbuild'
import type { Client } from '../../src/shared/client.ts'
import type { ExecutionDetail, Input, JobInput, Output, RequestName } from '../../src/shared/contract.ts'
import type { FaultData } from '../../src/shared/fault.ts'

/** What the page itself has asked for keeps its numbers. */
const FIRST_ID = 1_000_000

declare global {
  // oxlint-disable-next-line no-var -- a global of the page
  var deckOfTest: Client
}

const CODE = `
import { createClient } from './client.ts'
import { remote } from './rpc.ts'
const { jobdeck } = window
const shifted = {
  send: (message) => jobdeck.send({ ...message, id: message.id + ${FIRST_ID} }),
  receive: (take) => jobdeck.receive((message) => take({ ...message, id: message.id - ${FIRST_ID} })),
  close: () => jobdeck.close(),
}
window.deckOfTest = createClient(remote(shifted, (thrown) => console.error(thrown)))
`
let code: Promise<string> | undefined

const bundled = () =>
  (code ??= build({
    stdin: { contents: CODE, loader: 'ts', resolveDir: resolve(import.meta.dirname, '../../src/shared') },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
  }).then(({ outputFiles }) => outputFiles[0]!.text))

export type PageDeck = Awaited<ReturnType<typeof deckOf>>

/** A client in the page as it is now; the page itself hears nothing any more. */
export async function deckOf(page: Page) {
  await page.evaluate(await bundled())

  /** Rejects with an error that has the fault's message. */
  async function request<N extends RequestName>(name: N, input: Input<N>): Promise<Output<N>> {
    const reply = await tryTo(name, input)
    if ('fault' in reply) throw new Error(`${name}: ${reply.fault.code}: ${reply.fault.message}`)
    return reply.data
  }

  const tryTo = <N extends RequestName>(
    name: N,
    input: Input<N>,
  ): Promise<{ data: Output<N> } | { fault: FaultData }> =>
    page.evaluate(
      ([name, input]) =>
        deckOfTest.request(name as 'queue.get', input as Input<'queue.get'>).then(
          (data) => ({ data }),
          ({ code, message }: FaultData) => ({ fault: { code, message } }),
        ),
      [name as string, input as unknown] as const,
    ) as never

  return {
    request,
    tryTo,

    /** Starts a job and returns the number of its run. */
    async run(job: JobInput): Promise<number> {
      const [execution] = await request('jobs.run', { job })
      return execution!.id
    },

    /** The run as it is once it has one of these states, and with `progress` has come so far. */
    until: (id: number, statuses: string[], progress = 0): Promise<ExecutionDetail> =>
      page.evaluate(
        ([id, statuses, progress]) =>
          new Promise<ExecutionDetail>((resolve, reject) => {
            const look = () =>
              deckOfTest.request('executions.get', { execution: String(id) }).then((run) => {
                if (!statuses.includes(run.status) || run.progress < progress) return
                stop()
                resolve(run)
              }, reject)
            const stop = deckOfTest.watch({ execution: id }, look)
            void look()
          }),
        [id, statuses, progress] as const,
      ),
  }
}

/** All states in which a run stays. */
export const FINAL = ['completed', 'failed', 'cancelled', 'timeout', 'killed', 'interrupted']
