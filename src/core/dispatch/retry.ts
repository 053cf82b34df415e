import type { RetryPolicy } from '../../shared/contract.ts'
import type { Verdict } from './outcome.ts'

/** The name of the error by which a handler says that trying again is of no use. */
export const NON_RETRYABLE = 'NonRetryable'

/** The defaults of a retry policy. Times in ms. */
export const RETRY_DEFAULTS = {
  on: ['failed'],
  backoff: 'exponential',
  delay: 1000,
  maxDelay: 5 * 60_000,
  jitter: true,
  nonRetryableCodes: [],
} as const satisfies Partial<RetryPolicy>

/**
 * How long to wait, in ms, before the attempt after this one; undefined where there is none.
 * @param attempt the one that ended, from 1
 * @param random from 0 to 1; with jitter the wait is anything up to the back-off ("full jitter"), so that what failed
 *   together does not come back together, see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelay(
  { status, error, exitCode }: Pick<Verdict, 'status' | 'error' | 'exitCode'>,
  attempt: number,
  policy: RetryPolicy | undefined,
  random: number,
): number | undefined {
  if (!policy || attempt >= policy.attempts) return undefined
  const { on, backoff, delay, maxDelay, jitter, nonRetryableCodes } = { ...RETRY_DEFAULTS, ...policy }
  if (!(on as readonly string[]).includes(status)) return undefined
  if (error?.name === NON_RETRYABLE) return undefined
  if (exitCode !== null && (nonRetryableCodes as readonly number[]).includes(exitCode)) return undefined
  const wait = Math.min(maxDelay, backoff === 'fixed' ? delay : delay * 2 ** (attempt - 1))
  return Math.round(jitter ? random * wait : wait)
}
