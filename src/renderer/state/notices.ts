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
  try {
    const done = await work()
    useNotices.getState().dismiss()
    return done
  } catch (thrown) {
    useNotices.setState({ fault: toFault(thrown).toJSON() })
    return undefined
  }
}
