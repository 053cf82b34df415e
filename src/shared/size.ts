const UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const

/**
 * Reads an amount of memory or storage such as `512 MB` or `2GiB` as bytes; a number is taken as bytes. Units are
 * powers of 1024, as systemd and Docker read them. Undefined for anything else.
 */
export function parseSize(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(value) ?? []
  if (amount === undefined) return undefined
  return Math.round(Number(amount) * UNITS[unit.toLowerCase() as keyof typeof UNITS])
}

/** An amount as `parseSize` reads it, `512MB`, where a unit divides it; otherwise the number of bytes. */
export function formatSize(bytes: number): string | number {
  for (const unit of ['g', 'm', 'k'] as const) {
    if (bytes > 0 && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit.toUpperCase()}B`
  }
  return bytes
}
