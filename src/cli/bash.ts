/** Command lines as bash reads them, so far as completing them takes it. */

export interface BashLine {
  /** Without the name of the program; the last one is where the cursor stands. */
  words: string[]
  /** A candidate for the last word as bash is to insert it. */
  quote: (candidate: string) => string
}

/**
 * @param line up to the cursor
 * @param breaks the characters at which bash begins a new word to be completed: of `--tag=x` it replaces only `x`
 */
export function readBash(line: string, breaks: string): BashLine {
  const words: string[] = []
  let word = ''
  let begun = false
  let quote = ''
  /** Of the last word, what stands before the place from which bash replaces. */
  let kept = ''
  const end = () => {
    if (begun) words.push(word)
    word = ''
    begun = false
    kept = ''
  }
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (quote === "'") {
      if (character === "'") quote = ''
      else word += character
    } else if (character === '\\' && (quote === '' || /["\\$`]/.test(line[at + 1] ?? ''))) {
      word += line[++at] ?? ''
      begun = true
    } else if (quote === '"') {
      if (character === '"') quote = ''
      else word += character
    } else if (character === "'" || character === '"') {
      quote = character
      begun = true
    } else if (/\s/.test(character)) end()
    else {
      word += character
      begun = true
      if (/[=:]/.test(character) && breaks.includes(character)) kept = word
    }
  }
  const last = word
  const start = kept
  const inQuote = quote
  return {
    words: [...words.slice(1), last],
    quote(candidate) {
      // Letters may differ in case from what was typed: then the whole is given, which bash inserts all the same.
      const left = candidate.toLowerCase().startsWith(start.toLowerCase())
        ? candidate.slice(start.length)
        : candidate
      // Whatever it is, it is only text once it is on the line: a job may be called `$(anything)`.
      if (inQuote === "'") return left.replaceAll("'", String.raw`'\''`)
      if (inQuote === '"') return left.replaceAll(/["\\$`]/g, String.raw`\$&`)
      return left.replaceAll(/[^\p{L}\p{N}\p{M}_./:=@%+,-]/gu, String.raw`\$&`)
    },
  }
}
