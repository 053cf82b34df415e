import { create } from 'zustand'
import type { FaultData } from '../../shared/fault.ts'
import type { Connection } from '../bridge.ts'

interface ConnectionState {
  connection: Connection
  /** Why the engine cannot write, while it cannot. */
  trouble: FaultData | null
}

/** Whether the deck can be reached, and whether it is well. */
export const useConnection = create<ConnectionState>(() => ({ connection: 'connecting', trouble: null }))

/** What asks the deck of itself asks when this changes to true: what was lost with a connection is asked again. */
export const useIsOnline = (): boolean => useConnection(({ connection }) => connection === 'online')
