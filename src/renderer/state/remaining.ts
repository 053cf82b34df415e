import type { Execution } from '../../shared/contract.ts'

/** A guess from less than this part of a run, in per cent, is none. */
const ENOUGH = 3

/**
 * How long a run still takes, in ms: by its own progress, else by how long runs of the job usually take. Zero where it
 * already takes longer than that; null where nobody can know, and where it says that it is done.
 */
export function remaining(
  { startedAt, progress }: Pick<Execution, 'startedAt' | 'progress'>,
  usual: number | null,
  now: number,
): number | null {
  if (startedAt === null || progress >= 100) return null
  const elapsed = Math.max(0, now - startedAt)
  if (progress >= ENOUGH) return (elapsed * (100 - progress)) / progress
  return usual === null ? null : Math.max(0, usual - elapsed)
}
