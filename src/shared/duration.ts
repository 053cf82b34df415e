const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)\s*/gy

/**
 * Reads a duration such as `30s`, `1h30m` or `250ms` as milliseconds; a number is taken as milliseconds.
 * Undefined for anything else: the caller knows the name of the field, and says so.
 */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined
  const text = value.trim()
  let total = 0
  let end = 0
  PART.lastIndex = 0
  for (let part = PART.exec(text); part; part = PART.exec(text)) {
    total += Number(part[1]) * UNITS[part[2] as keyof typeof UNITS]
    end = PART.lastIndex
  }
  return end > 0 && end === text.length ? Math.round(total) : undefined
}

/** A duration of whole milliseconds as `parseDuration` reads it: `1h30m`. One that is not whole stays a number. */
export function formatDuration(milliseconds: number): string | number {
  if (!Number.isSafeInteger(milliseconds) || milliseconds <= 0) return milliseconds
  let left = milliseconds
  let text = ''
  for (const [unit, length] of [
    ['d', UNITS.d],
    ['h', UNITS.h],
    ['m', UNITS.m],
    ['s', UNITS.s],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(left / length)
    left -= count * length
    if (count > 0) text += `${count}${unit}`
  }
  return text
}
