/** Rows that are folded away: which row of what is shown is which row of the log. */

/** Rows `from` to `through`, counted from 0. */
export interface Hidden {
  from: number
  through: number
}

/** Those in order, with none within another. */
export function joinHidden(parts: readonly Hidden[]): Hidden[] {
  const joined: Hidden[] = []
  for (const part of parts.toSorted((a, b) => a.from - b.from)) {
    if (part.through < part.from) continue
    const last = joined.at(-1)
    if (last && part.from <= last.through + 1) last.through = Math.max(last.through, part.through)
    else joined.push({ ...part })
  }
  return joined
}

const size = ({ from, through }: Hidden) => through - from + 1

export const visibleCount = (rows: number, hidden: readonly Hidden[]): number =>
  hidden.reduce((left, part) => left - size(part), rows)

/** The row of the log that stands in a row that is shown. */
export function toLogRow(row: number, hidden: readonly Hidden[]): number {
  let found = row
  for (const part of hidden) if (part.from <= found) found += size(part)
  return found
}

/** Where a row of the log is shown; of one that is hidden, the row before it. */
export function toShownRow(row: number, hidden: readonly Hidden[]): number {
  let before = 0
  for (const part of hidden) {
    if (part.from > row) break
    if (part.through >= row) return Math.max(0, part.from - 1 - before)
    before += size(part)
  }
  return row - before
}
