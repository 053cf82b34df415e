/** The entry of a worker thread that runs a module. */
import { parentPort, workerData } from 'node:worker_threads'
import { takeCredit, type ThreadData } from './credit.ts'
import { hostModule } from './module-host.ts'
import type { FromModule, ToModule } from './protocol.ts'

const { outstanding } = workerData as ThreadData
const port = parentPort!

process.setSourceMapsEnabled(true)

function report(message: FromModule): void {
  if (message.type === 'log') takeCredit(outstanding, message)
  port.postMessage(message)
  // The run has ended: timers and servers that the handler left behind end with it.
  if (message.type === 'returned' || message.type === 'threw') setImmediate(() => process.exit())
}

const receive = hostModule(report)
port.on('message', (message: ToModule) => receive(message))
report({ type: 'ready' })
