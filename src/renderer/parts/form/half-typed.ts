/**
 * What was typed and is no value yet. It stands where its value will, so that it is kept, moved and removed with what
 * is around it. It is wrong wherever it stands, so it is never sent.
 */
const KEY = '\u0000typed'

export const halfTyped = (text: string): Record<string, string> => ({ [KEY]: text })

/** What was typed; undefined where this is a value. */
export function textTyped(value: unknown): string | undefined {
  const text =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[KEY] : undefined
  return typeof text === 'string' ? text : undefined
}

/** Everything in a value that is no value yet: where it stands, and its text. */
export function halvesIn(
  value: unknown,
  path: readonly string[] = [],
): { path: readonly string[]; text: string }[] {
  const text = textTyped(value)
  if (text !== undefined) return [{ path, text }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => halvesIn(inner, [...path, name]))
}
