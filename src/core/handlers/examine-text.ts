/** What is wrong with a script as a text. Pure. */
import type { Finding } from '../../shared/contract.ts'

const UTF16 = /^\uFFFD\uFFFD.?\0/s

/**
 * @param head the beginning of the file, read as UTF-8
 * @param isShell whether a shell runs it, to which a carriage return is a part of a word
 */
export function examineText(file: string, head: string, isShell: boolean): Finding[] {
  const quoted = shellQuoted(file)
  if (UTF16.test(head)) {
    const message = 'it is stored as UTF-16, which hardly any interpreter reads'
    const mend = 'Store it as UTF-8: the editor has that where it stores files.'
    return [{ check: 'text', state: 'problem', message, mend }]
  }
  const findings: Finding[] = []
  const hasMark = head.startsWith('\uFEFF')
  const text = hasMark ? head.slice(1) : head
  if (hasMark && text.startsWith('#!')) {
    findings.push({
      check: 'text',
      state: 'warning',
      message:
        'a byte order mark stands before its #! line: Jobdeck passes over it, but the system does not see the line, and a shell stumbles over it',
      mend: `Store it as UTF-8 without byte order mark: sed -i '1s/^\\xef\\xbb\\xbf//' ${quoted}`,
    })
  }
  const [, asked] = /^#!(.*)\r\n/.exec(text) ?? []
  const hasReturns = text.includes('\r\n')
  const mend = `Let its lines end as on Linux: perl -pi -e 's/\\r$//' ${quoted}`
  if (isShell && hasReturns) {
    const message =
      'its lines end as on Windows (CR LF), and a shell takes the CR for a part of the last word of each line'
    findings.push({ check: 'text', state: 'problem', message, mend })
  } else if (asked !== undefined) {
    const name = asked
      .trim()
      .split(/[\s/]+/)
      .at(-1)
    const message = `its #! line ends as on Windows (CR LF): Jobdeck passes over that, but started elsewhere it fails with "env: '${name}\\r': No such file or directory"`
    findings.push({ check: 'text', state: 'warning', message, mend })
  }
  return findings
}

/** A word for a shell, in quotes where it needs them. */
export const shellQuoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
