/** Back-pressure for worker threads: a count of bytes on the way, shared with the engine, past which they wait. */

const LIMIT = 1024 * 1024
/** Counted for each entry besides its text, since its objects take memory too. */
const OVERHEAD = 200

export interface ThreadData {
  outstanding: Int32Array<SharedArrayBuffer>
}
type Entry = { message: string; fields: string | null }

export const createCredit = (): ThreadData => ({ outstanding: new Int32Array(new SharedArrayBuffer(4)) })

const cost = ({ message, fields }: Entry) => message.length + (fields?.length ?? 0) + OVERHEAD

/** Counts an entry that is about to be sent; blocks this thread while too much is on the way. */
export function takeCredit(outstanding: ThreadData['outstanding'], entry: Entry): void {
  let count = Atomics.add(outstanding, 0, cost(entry)) + cost(entry)
  while (count > LIMIT) {
    Atomics.wait(outstanding, 0, count)
    count = Atomics.load(outstanding, 0)
  }
}

/** Counts an entry that the engine has dealt with. */
export function giveCredit(outstanding: ThreadData['outstanding'], entry: Entry): void {
  Atomics.sub(outstanding, 0, cost(entry))
  Atomics.notify(outstanding, 0)
}
