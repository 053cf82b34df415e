/** Six in the morning of the next day: what was put off until tomorrow runs before people are there. */
export function tomorrow(now: number): number {
  const date = new Date(now)
  date.setDate(date.getDate() + 1)
  date.setHours(6, 0, 0, 0)
  return date.getTime()
}
