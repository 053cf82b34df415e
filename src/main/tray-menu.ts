/** What the tray shows: which icon, and which lines of its menu. */
import { tomorrow } from '../shared/tomorrow.ts'

export interface TrayState {
  running: { id: number; jobName: string; progress: number }[]
  /** How many run in all. */
  count: number
  next: { name: string; dueAt: number }[]
  /** Jobs to start from here. */
  pinned: { id: string; name: string }[]
  /** Until when the deck is paused; null: until it is resumed. */
  pause: { until: number | null } | undefined
  /** How many jobs failed last time, or keep crashing. */
  failing: number
  now: number
}

export type TrayIcon = 'idle' | 'running' | 'needs-you'

export type TrayAction =
  | { do: 'open' }
  | { do: 'show'; run: number }
  | { do: 'start'; job: string }
  | { do: 'pause'; for: 'hour' | 'tomorrow' }
  | { do: 'resume' }
  | { do: 'quit' }

/** A line; without an action it can only be read. */
export type TrayLine = { label: string; action?: TrayAction } | 'separator'

const HOUR = 3600_000
/** A menu is no list: so many of each at most. */
const SHOWN = 8
const NAME_LENGTH = 40

/** Until when a pause lasts that begins now: a menu may have been open, or unchanged, for long. */
export const pauseEnd = (span: 'hour' | 'tomorrow', now: number): number =>
  span === 'hour' ? now + HOUR : tomorrow(now)

export const iconOf = ({ failing, count }: TrayState): TrayIcon =>
  failing > 0 ? 'needs-you' : count > 0 ? 'running' : 'idle'

export function tooltipOf(state: TrayState): string {
  const { count, failing, pause } = state
  const parts = [count === 0 ? 'nothing runs' : `${count} ${count === 1 ? 'runs' : 'run'}`]
  if (failing > 0) parts.push(`${failing} failed`)
  if (pause) parts.push('paused')
  return `Jobdeck: ${parts.join(', ')}`
}

export function menuOf(state: TrayState): TrayLine[] {
  const { running, count, next, pinned, pause, now } = state
  const lines: TrayLine[] = []
  for (const { id, jobName, progress } of running.slice(0, SHOWN)) {
    const far = progress > 0 ? `  ${Math.floor(progress)} %` : ''
    lines.push({ label: `${shortened(jobName)}${far}`, action: { do: 'show', run: id } })
  }
  const hidden = count - Math.min(running.length, SHOWN)
  if (hidden > 0) lines.push({ label: `${hidden} more`, action: { do: 'open' } })
  if (count === 0) lines.push({ label: 'Nothing runs' })
  lines.push('separator')
  if (next.length === 0) lines.push({ label: 'Nothing is planned' })
  for (const { name, dueAt } of next.slice(0, SHOWN))
    lines.push({ label: `${clockTime(dueAt, now)}  ${shortened(name)}` })
  if (pinned.length > 0) lines.push('separator')
  for (const { id, name } of pinned)
    lines.push({ label: `Run ${shortened(name)}`, action: { do: 'start', job: id } })
  lines.push('separator')
  if (pause) {
    lines.push({ label: pause.until === null ? 'Paused' : `Paused until ${clockTime(pause.until, now)}` })
    lines.push({ label: 'Resume', action: { do: 'resume' } })
  } else {
    lines.push({ label: 'Pause for an hour', action: { do: 'pause', for: 'hour' } })
    lines.push({ label: 'Pause until tomorrow', action: { do: 'pause', for: 'tomorrow' } })
  }
  lines.push('separator', { label: 'Open Jobdeck', action: { do: 'open' } })
  lines.push({ label: 'Quit Jobdeck', action: { do: 'quit' } })
  return lines
}

/** An ampersand would be taken as the mark of a key. */
function shortened(name: string): string {
  const characters = Array.from(name.replaceAll(/\s+/g, ' '))
  const isLong = characters.length > NAME_LENGTH
  const short = isLong ? [...characters.slice(0, NAME_LENGTH - 1), '…'] : characters
  return short.join('').replaceAll('&', '&&')
}

function clockTime(at: number, now: number): string {
  const date = new Date(at)
  const time = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
  const isToday = date.toDateString() === new Date(now).toDateString()
  if (isToday) return time
  return `${date.toLocaleDateString('en', { weekday: 'short' })} ${date.getDate()} ${time}`
}
