/**
 * The entry of a child process that runs a module. Reports go through a pipe, one JSON text a line, written
 * synchronously: so they arrive even when the handler then kills its process or never yields, and a handler that
 * writes faster than they are stored waits.
 */
import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'
import { hostModule, rehearse } from './module-host.ts'
import { REPORT_PIPE, type FromModule, type ToModule } from './protocol.ts'

/** How long a signal waits for the engine's message, which says why the run is to end. In ms. */
const MESSAGE_DELAY = 100

process.setSourceMapsEnabled(true)

/** Most reports are short: they need no memory of their own. */
const scratch = Buffer.allocUnsafe(16 * 1024)

function report(message: FromModule): void {
  const text = `${JSON.stringify(message)}\n`
  // A character takes at most three bytes.
  const isShort = text.length * 3 <= scratch.length
  const bytes = isShort ? scratch : Buffer.from(text)
  const length = isShort ? scratch.write(text) : bytes.length
  for (let written = 0; written < length;) {
    written += writeSync(REPORT_PIPE, bytes, written, length - written)
  }
  // The run has ended: timers and servers that the handler left behind end with it.
  if (message.type === 'returned' || message.type === 'threw') setImmediate(() => void leave())
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
  process.exit()
}

const receive = hostModule(report)
process.on('message', (message: ToModule) => receive(message))
process.on('SIGTERM', () =>
  setTimeout(() => receive({ type: 'stop', reason: 'Cancelled' }), MESSAGE_DELAY).unref(),
)
// Once its host is gone, and be it before this was asked, nobody would store what comes.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
if (!process.connected) process.kill(process.pid, 'SIGKILL')
await rehearse()
report({ type: 'ready' })
