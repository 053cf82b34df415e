/** What is meant by what was typed. */

/** So many of each kind are offered: who looks for another types more of its name. */
const OFFERED = 8

/** How well a text fits what was typed: all of its words, at the beginning of words rather than within them; 0: not. */
export function fitOf(text: string, wanted: string): number {
  const where = text.toLowerCase()
  let fit = 1
  for (const word of wanted.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = where.indexOf(word)
    if (at === -1) return 0
    if (at === 0) fit += 2
    else if (/[\s/._-]/.test(where[at - 1]!)) fit += 1
  }
  return fit
}

/** The items whose texts fit best. */
export function bestOf<T>(items: readonly T[], textOf: (item: T) => string, wanted: string): T[] {
  return items
    .map((item) => ({ item, fit: fitOf(textOf(item), wanted) }))
    .filter(({ fit }) => fit > 0)
    .toSorted((a, b) => b.fit - a.fit)
    .slice(0, OFFERED)
    .map(({ item }) => item)
}
