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
