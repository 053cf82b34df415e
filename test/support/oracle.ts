/** When a cron expression comes, found the slow way: by watching what the clock of a zone shows, minute by minute. */

const MINUTE = 60_000

/** What the clock of a zone shows at each minute, from one before `from` on, as if it were UTC. */
export interface Watched {
  from: number
  shown: number[]
}

export function watch(zone: string, from: number, to: number): Watched {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  const shown: number[] = []
  for (let time = from - MINUTE; time <= to; time += MINUTE) {
    // 24/12/2026, 18:00
    const [day, month, year, hour, minute] = format.format(time).match(/\d+/g)!.map(Number)
    shown.push(Date.UTC(year!, month! - 1, day, hour, minute))
  }
  return { from, shown }
}

/** What a field of numbers stands for. */
function valuesOf(field: string, min: number, max: number): Set<number> {
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const [range, step] = part.split('/') as [string, string?]
    const [first, last] = range === '*' ? [min, max] : range.split('-').map(Number)
    const end = last ?? (step === undefined ? first! : max)
    for (let value = first!; value <= end; value += Number(step ?? 1)) values.add(value)
  }
  return values
}

/**
 * @param expression of 5 fields, or 6 with a second in a single value; in the minute and the hour numbers alone
 * @param isDay whether it comes on a day, a midnight as if it were UTC; every day, if not given
 */
export function comes(
  expression: string,
  { from, shown }: Watched,
  isDay: (day: number) => boolean = () => true,
): number[] {
  const fields = expression.split(' ')
  const second = fields.length === 6 ? Number(fields.shift()) : 0
  const [minute, hour] = fields as [string, string]
  const minutes = valuesOf(minute, 0, 59)
  const hours = valuesOf(hour, 0, 23)
  const followsClock = /[*/]/.test(minute + hour)
  const isPlanned = (wall: number) =>
    minutes.has((wall / MINUTE) % 60) &&
    hours.has(Math.floor(wall / (60 * MINUTE)) % 24) &&
    isDay(Math.floor(wall / 86_400_000) * 86_400_000)
  const done = new Set<number>()
  const times = new Set<number>()
  for (const [index, wall] of shown.entries()) {
    const time = from + (index - 1) * MINUTE
    const before = shown[index - 1]
    if (before === undefined) continue
    for (let left = before + MINUTE; left < wall; left += MINUTE) {
      if (!followsClock && isPlanned(left) && !done.has(left)) times.add(time)
      done.add(left)
    }
    if (isPlanned(wall) && (followsClock || !done.has(wall))) times.add(time + second * 1000)
    done.add(wall)
  }
  return [...times].toSorted((a, b) => a - b)
}

/** The midnights from which on a zone's clock is set within a day, found by asking it each day. */
export function changesOf(zone: string, fromYear: number, toYear: number): number[] {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    timeZoneName: 'longOffset',
    year: 'numeric',
  })
  const offset = (time: number) => /GMT.*/.exec(format.format(time))![0]
  const found: number[] = []
  let before = offset(Date.UTC(fromYear))
  for (let day = Date.UTC(fromYear); day < Date.UTC(toYear + 1); day += 86_400_000) {
    const after = offset(day + 86_400_000)
    if (after !== before) found.push(day)
    before = after
  }
  return found
}
