/** Where the window stood, and whether it can stand there again. */
export interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

const USUAL = { width: 1100, height: 720 }
export const SMALLEST = { width: 480, height: 320 }
/** So much of the window must be seen on some display, in pixels, to be taken hold of. */
const HOLD = 100

/**
 * Where the window opens: where it stood, no larger than its display; else in the middle, which is left to the system.
 * @param kept what was read from a file; anything
 * @param displays what is usable of each display
 */
export function boundsWithin(kept: unknown, displays: Bounds[]): Partial<Bounds> & typeof USUAL {
  if (!isBounds(kept)) return USUAL
  const on = displays.find((display) => {
    const width = Math.min(kept.x + kept.width, display.x + display.width) - Math.max(kept.x, display.x)
    const isTitleSeen = kept.y >= display.y && kept.y < display.y + display.height - HOLD / 2
    return width >= HOLD && isTitleSeen
  })
  if (!on) return USUAL
  const width = Math.max(SMALLEST.width, Math.min(kept.width, on.width))
  const height = Math.max(SMALLEST.height, Math.min(kept.height, on.height))
  return { x: kept.x, y: kept.y, width, height }
}

function isBounds(value: unknown): value is Bounds {
  const { x, y, width, height } = Object(value) as Record<string, unknown>
  return [x, y, width, height].every((number) => Number.isSafeInteger(number))
}
