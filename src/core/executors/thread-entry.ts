/** The entry of a worker thread that runs a module. */
import { Writable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { takeCredit, type ThreadData } from './credit.ts'
import { hostModule, rehearse } from './module-host.ts'
import type { FromModule, ToModule } from './protocol.ts'

/** Output is passed on in parts of so many bytes. */
const CHUNK = 64 * 1024

const { outstanding } = workerData as ThreadData
const port = parentPort!

process.setSourceMapsEnabled(true)

function report(message: FromModule): void {
  if (message.type === 'log' || message.type === 'output') takeCredit(outstanding, message)
  port.postMessage(message, message.type === 'output' ? [message.chunk.buffer as ArrayBuffer] : [])
  // The run has ended: timers and servers that the handler left behind end with it.
  if (message.type === 'returned' || message.type === 'threw') setImmediate(leave)
}

function leave(): void {
  for (const stream of [process.stdout, process.stderr]) {
    while (stream.writableCorked > 0) Writable.prototype.uncork.call(stream)
  }
  process.exit()
}

// Node would gather without end what is written without a pause: here it waits as the log does.
for (const stream of ['stdout', 'stderr'] as const) {
  // oxlint-disable-next-line unicorn/no-null -- what is written at once is then given to `_write`, part by part
  Object.assign(process[stream], { _writev: null })
  process[stream]._write = (data: Buffer | string, encoding, done) => {
    const bytes = typeof data === 'string' ? Buffer.from(data, encoding) : data
    for (let start = 0; start < bytes.length; start += CHUNK) {
      // A copy, which is handed over: the handler may write its buffer anew.
      report({ type: 'output', stream, chunk: new Uint8Array(bytes.subarray(start, start + CHUNK)) })
    }
    done()
  }
}

const receive = hostModule(report)
port.on('message', (message: ToModule) => receive(message))
await rehearse()
report({ type: 'ready' })
