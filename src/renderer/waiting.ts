import type { TFunction } from 'i18next'

/** What the engine says that a run waits for, and what that is called here. */
const KNOWN: Record<string, string> = {
  'its turn': 'turn',
  'its turn in its category': 'turnInFolder',
  'its turn among those that are caught up with': 'turnLate',
  'a slot': 'room',
  'its time': 'time',
  'its function': 'program',
  'a program or daemon that has the deck open': 'background',
  'its job to be enabled': 'enabled',
}
const PAUSED: Record<string, string> = { 'the deck': 'all', 'its category': 'folder', 'its job': 'job' }

/** What a run waits for, in the language of the window; as the engine says it, where that is new. */
export function waitText(t: TFunction, waitingFor: string): string {
  const known = KNOWN[waitingFor]
  if (known !== undefined) return t(`waits.${known}`)
  const [, what = '', reason] =
    /^(the deck|its category|its job) to be resumed(?: \(([^]*)\))?$/.exec(waitingFor) ?? []
  const paused = PAUSED[what]
  if (paused === undefined) return waitingFor
  const text = t(`waits.paused.${paused}`)
  return reason === undefined ? text : `${text} (${reason})`
}
