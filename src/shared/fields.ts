/** Fields that many requests have. */
import * as z from 'zod'

/** A job or a run, as a person names it. */
export const reference = z.union([
  z.string().trim().min(1, 'must not be empty').max(4096),
  z.int().positive(),
])

/** How many at most. */
export const limit = z.int().min(1).max(1_000_000)
