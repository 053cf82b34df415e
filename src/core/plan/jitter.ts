import { createHash } from 'node:crypto'

/**
 * By how many ms an occurrence is put off: always the same for it, so that a restart changes nothing, and another for
 * another job, so that what is planned for the same time does not begin at once.
 * @param window in ms; the delay is shorter
 */
export function delayOf(jobId: string, planned: number, window: number): number {
  if (window <= 1) return 0
  const digest = createHash('sha256').update(`${jobId} ${planned}`).digest()
  return Number(digest.readBigUInt64BE() % BigInt(window))
}
