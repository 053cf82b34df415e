import { create } from 'zustand'
import { toFault, type FaultData } from '../../shared/fault.ts'

interface NoticesState {
  /** What the person asked for and did not get; the latest alone. */
  fault: FaultData | null
  dismiss: () => void
}

export const useNotices = create<NoticesState>((set) => ({
  fault: null,
  dismiss: () => set({ fault: null }),
}))

/** Does what a person asked for; where that fails, it is shown. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  useNotices.getState().dismiss()
  try {
    return await work()
  } catch (thrown) {
    useNotices.setState({ fault: toFault(thrown).toJSON() })
    return undefined
  }
}

/** So many are asked for at once. */
const AT_ONCE = 50

/**
 * Does something for each of many, some at a time. What is refused for one is shown, and the others are done all the
 * same.
 * @returns those for which it was done, with what came of it
 */
export async function attemptEach<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<{ item: T; result: R }[]> {
  useNotices.getState().dismiss()
  const done: { item: T; result: R }[] = []
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const part = items.slice(from, from + AT_ONCE)
    const found = await Promise.allSettled(part.map(work))
    for (const [index, each] of found.entries()) {
      if (each.status === 'fulfilled') done.push({ item: part[index]!, result: each.value })
      else useNotices.setState({ fault: toFault(each.reason).toJSON() })
    }
  }
  return done
}
