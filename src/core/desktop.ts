import type { CheckedInput, DesktopSettings } from '../shared/contract.ts'

/** What can be set of the desktop application that hosts an engine. */
export interface Desktop {
  settings(): DesktopSettings
  /** @throws where the system refuses it */
  configure(changes: CheckedInput<'desktop.configure'>): void
}
