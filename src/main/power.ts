/** What the machine's sleep means for what is planned. */
import { powerMonitor } from 'electron'
import type { Say } from './log.ts'

/**
 * After sleep timers are late, and time was missed: it is looked at once, instead of at the next turn.
 * @param wake may be called twice for one sleep, as macOS tells of each twice
 */
export function followPower(wake: () => void, say: Say): void {
  powerMonitor.on('suspend', () => say('info', 'The machine goes to sleep'))
  powerMonitor.on('resume', () => {
    say('info', 'The machine has woken')
    wake()
  })
}
