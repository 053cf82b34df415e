/**
 * The entry of a child process that runs a module. Reports go through a pipe (`ways.ts`), one JSON text each, written
 * synchronously: so they arrive even when the handler then kills its process or never yields, and a handler that
 * writes faster than they are stored waits.
 */
import { Writable } from 'node:stream'
import { hostModule, rehearse } from './module-host.ts'
import type { FromModule, ToModule } from './protocol.ts'
import { receiveMessages, writeReport } from './ways.ts'

/** How long a signal waits for the engine's message, which says why the run is to end. In ms. */
const MESSAGE_DELAY = 100

process.setSourceMapsEnabled(true)

/** Electron returns from this, and ends the process a moment later: what called it must not go on, nor count as an end. */
const exit = process.exit.bind(process)
let isExiting = false
process.exit = (...code) => {
  isExiting = true
  try {
    exit(...code) // with an argument, even undefined, `process.exitCode` would not count
  } catch (thrown) {
    isExiting = false // what is no exit code is refused, and nothing ends
    throw thrown
  }
  throw new Error('the process exits')
}

function report(message: FromModule): void {
  const isEnd = message.type === 'returned' || message.type === 'threw'
  if (isEnd && isExiting) return
  writeReport(JSON.stringify(message))
  // The run has ended: timers and servers that the handler left behind end with it.
  if (isEnd) setImmediate(() => void leave())
}

/** What is written past the log is written at once too: Node would gather without end what a full pipe does not take. */
for (const stream of [process.stdout, process.stderr]) {
  const { _handle: handle } = stream as unknown as { _handle?: { setBlocking?(on: boolean): void } }
  handle?.setBlocking?.(true)
}

/** What is still on its way is written, whatever the handler has made of its streams. */
async function leave(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => {
      while (stream.writableCorked > 0) Writable.prototype.uncork.call(stream)
      return new Promise<void>((done) => Reflect.apply(Writable.prototype.write, stream, ['', done]))
    }),
  )
  exit()
}

const receive = hostModule(report)
receiveMessages((message) => receive(message as ToModule))
process.on('SIGTERM', () =>
  setTimeout(() => receive({ type: 'stop', reason: 'Cancelled' }), MESSAGE_DELAY).unref(),
)
await rehearse()
report({ type: 'ready' })
