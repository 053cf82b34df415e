/** A command as people type it, and the arguments that are meant by it. */

/** What a backslash takes the meaning of; before anything else it is itself, as in paths of Windows. */
const ESCAPED = /[\s"']/

export interface Split {
  words: string[]
  /** A quotation mark has no other one that ends it. */
  isOpen: boolean
}

/** The arguments of a line: split at white space; quotation marks hold together what stands between them. */
export function splitLine(line: string): Split {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    const next = line[at + 1]
    if (quote === "'" ? false : character === '\\' && next !== undefined && isEscaped(next, quote)) {
      word = (word ?? '') + next
      at++
    } else if (quote !== '') {
      if (character === quote) quote = ''
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (word !== undefined) words.push(word)
  return { words, isOpen: quote !== '' }
}

const isEscaped = (next: string, quote: string): boolean =>
  quote === '"' ? next === '"' : ESCAPED.test(next)

/** A line that `splitLine` makes these arguments of. */
export const joinWords = (words: readonly string[]): string => words.map(quoted).join(' ')

function quoted(word: string): string {
  if (word !== '' && !/[\s"'\\]/.test(word)) return word
  // Within single quotes nothing has a meaning; a single quote stands in double ones.
  return word
    .split("'")
    .map((part) => `'${part}'`)
    .join(`"'"`)
}
