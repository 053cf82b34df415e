import { clockText, pad } from '../../format.ts'
import type { Preferences } from '../../state/preferences.ts'

/** A span as a clock shows it: minutes and seconds, and hours where there are any. */
export function sinceText(milliseconds: number): string {
  const ms = Math.abs(milliseconds)
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60]
  const seconds = `${pad(Math.floor(ms / 1000) % 60)}.${pad(Math.floor(ms) % 1000, 3)}`
  const whole = hours > 0 ? `${hours}:${pad(minutes)}:${seconds}` : `${minutes}:${seconds}`
  return `${milliseconds < 0 ? '−' : '+'}${whole}`
}

/** The time of a line: of the day, since the run began, or since the line before. */
export function lineTime(
  mode: Preferences['logTime'],
  time: number,
  startedAt: number | null,
  before: number | undefined,
): string {
  if (mode === 'absolute') return clockText(time)
  return sinceText(time - (mode === 'relative' ? (startedAt ?? time) : (before ?? time)))
}
