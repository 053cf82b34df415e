import * as z from 'zod'

/** Parameters may be nested so deep: what reads them goes into them call by call. */
export const PARAMETER_DEPTH = 100

/** What a run is given: JSON values by name. */
export const parameters = z
  .custom<Record<string, z.core.util.JSONType>>(
    (value) => !isDeeperThan(value, PARAMETER_DEPTH),
    `must not be nested more than ${PARAMETER_DEPTH} deep`,
  )
  .refine(
    (value) => !Object.hasOwn(Object(value) as object, '__proto__'),
    '__proto__ cannot be the name of a parameter',
  )
  .pipe(z.record(z.string(), z.json()))

/**
 * Whether objects and lists are nested in one another more often than `limit` times. It goes level by level: nothing
 * that is nested, or contains itself, is too much for it.
 */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level = new Set([value])
  for (let depth = 0; depth <= limit; depth++) {
    const next = new Set<unknown>()
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      for (const inner of Object.values(item)) if (typeof inner === 'object') next.add(inner)
    }
    if (next.size === 0) return false
    level = next
  }
  return true
}
