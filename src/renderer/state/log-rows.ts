/** Which line of a log stands in which row: numbers have no gaps but for the one range that was not kept. */

/** The lines `from` to `through`, for which one row stands. */
export interface Dropped {
  from: number
  through: number
}

export const rowCount = (last: number, dropped: Dropped | undefined): number =>
  dropped ? last - (dropped.through - dropped.from) : last

/** The number of the line in the row, which is counted from 0. */
export const sequenceAt = (row: number, dropped: Dropped | undefined): number =>
  dropped && row >= dropped.from ? row + 1 + dropped.through - dropped.from : row + 1

/** The row of the line with that number. */
export function rowOf(sequence: number, dropped: Dropped | undefined): number {
  if (!dropped || sequence <= dropped.from) return sequence - 1
  return Math.max(dropped.from, sequence - (dropped.through - dropped.from)) - 1
}
