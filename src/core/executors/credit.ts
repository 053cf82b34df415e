/** Back-pressure for worker threads: a count of bytes on the way, shared with the engine, past which they wait. */

const LIMIT = 1024 * 1024
/** Counted for each entry besides its text, since its objects take memory too. */
const OVERHEAD = 200

export interface ThreadData {
  outstanding: Int32Array<SharedArrayBuffer>
}
/** What is counted: an entry of the log, or a part of the output. */
type Load = { message: string; fields: string | null } | { chunk: Uint8Array }

export const createCredit = (): ThreadData => ({ outstanding: new Int32Array(new SharedArrayBuffer(4)) })

const cost = (load: Load) =>
  OVERHEAD + ('chunk' in load ? load.chunk.length : load.message.length + (load.fields?.length ?? 0))

/** Counts what is about to be sent; blocks this thread while too much is on the way. */
export function takeCredit(outstanding: ThreadData['outstanding'], load: Load): void {
  let count = Atomics.add(outstanding, 0, cost(load)) + cost(load)
  while (count > LIMIT) {
    Atomics.wait(outstanding, 0, count)
    count = Atomics.load(outstanding, 0)
  }
}

/** Counts what the engine has dealt with. */
export function giveCredit(outstanding: ThreadData['outstanding'], load: Load): void {
  Atomics.sub(outstanding, 0, cost(load))
  Atomics.notify(outstanding, 0)
}
