import { diffLines } from 'diff'

export interface CodeLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Beyond this the whole is shown as replaced: the comparison would hold the window up; in ms. */
const PATIENCE = 500

const linesOf = (text: string) => text.replace(/\n$/, '').split('\n')

/** The lines of a file; where it was another one before, what became of those. */
export function codeLines(before: string | null, text: string | null): CodeLine[] {
  const all = (kind: CodeLine['kind'], whole: string) =>
    linesOf(whole).map((line): CodeLine => ({ kind, text: line }))
  if (text === null) return before === null ? [] : all('removed', before)
  if (before === null || before === text) return all('same', text)
  const parts = diffLines(before, text, { timeout: PATIENCE })
  if (!parts) return [...all('removed', before), ...all('added', text)]
  return parts.flatMap(({ added, removed, value }) =>
    all(added ? 'added' : removed ? 'removed' : 'same', value),
  )
}

/** Where a line of the text, counted from 1, stands among those that are shown; -1 where it does not. */
export function placeOfLine(lines: readonly CodeLine[], line: number | undefined): number {
  let number = 0
  return lines.findIndex(({ kind }) => {
    if (kind !== 'removed') number++
    return kind !== 'removed' && number === line
  })
}
