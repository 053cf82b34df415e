/** A bridge to a deck that is still being opened. */
import type { Bridge } from '../shared/client.ts'
import { toFault } from '../shared/fault.ts'
import { ending } from '../shared/rpc.ts'
import { unpack } from '../shared/batch.ts'

/** What is asked for waits; where the deck cannot be opened, that is the answer. */
export function laterBridge(opening: Promise<Bridge>): Bridge {
  const bridge: Bridge = {
    request: (name, input, signal) =>
      opening.then(
        (there) => there.request(name, input, signal),
        (thrown: unknown) => ({ ok: false, fault: toFault(thrown).toJSON() }),
      ),
    watch(what, take) {
      let isOver = false
      let stop = () => {}
      opening.then(
        (there) => {
          if (!isOver) stop = there.watch(what, take)
        },
        (thrown: unknown) => {
          if (!isOver) take(ending(toFault(thrown).toJSON()))
        },
      )
      return () => {
        isOver = true
        stop()
      }
    },
    subscribe: (listener) => bridge.watch({ all: true }, (batch) => unpack(batch, listener)),
  }
  return bridge
}
