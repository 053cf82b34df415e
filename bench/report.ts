/** What the benchmarks share: rounds of two sides in turn, and the line that tells of them. */

/** One finding. `ratio` is of the value to that of the yardstick; machines differ, ratios less so. */
export interface Finding {
  name: string
  value: number
  unit: string
  yardstick?: string
  yardstickValue?: number
  /** The ratio that is wanted: at least, where more is better, else at most. */
  bar?: number
  more?: 'better' | 'worse'
}

/** Prints a finding as a line of JSON; a bar that is not reached makes the process end with 1. */
export function report({
  name,
  value,
  unit,
  yardstick,
  yardstickValue,
  bar,
  more = 'better',
}: Finding): void {
  const ratio = yardstickValue === undefined ? null : value / yardstickValue
  const ok = bar === undefined || ratio === null ? null : more === 'better' ? ratio >= bar : ratio <= bar
  const rounded = (number: number | null | undefined) =>
    number === null || number === undefined ? null : Number(number.toPrecision(4))
  console.log(
    JSON.stringify({
      name,
      value: rounded(value),
      unit,
      yardstick: yardstick ?? null,
      yardstickValue: rounded(yardstickValue),
      ratio: rounded(ratio),
      bar: bar ?? null,
      ok,
    }),
  )
  if (ok === false) process.exitCode = 1
}

/** @param at from 0 to 1 */
export function percentile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))]!
}

export const median = (values: readonly number[]) => percentile(values, 0.5)

/**
 * Measures several sides in turn, so that what else the machine does falls on all of them alike; after a first round
 * that does not count.
 * @returns the median of each
 */
export async function inTurn<Side extends string>(
  rounds: number,
  sides: Record<Side, () => Promise<number> | number>,
): Promise<Record<Side, number>> {
  const found = Object.fromEntries(Object.keys(sides).map((side) => [side, []])) as unknown as Record<
    Side,
    number[]
  >
  for (let round = 0; round <= rounds; round++) {
    for (const side of Object.keys(sides) as Side[]) {
      const value = await sides[side]()
      if (round > 0) found[side].push(value)
    }
  }
  return Object.fromEntries(Object.keys(sides).map((side) => [side, median(found[side as Side])])) as Record<
    Side,
    number
  >
}

/** How many a second: `count` things that `work` does. */
export async function rate(count: number, work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return (count / (performance.now() - start)) * 1000
}
