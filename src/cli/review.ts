/** Scripts as text, for who looks at them before they run. */
import { structuredPatch } from 'diff'
import type { Output } from '../shared/contract.ts'
import { bytes, counted, dateTime, oneLine, printable, styled } from './terminal.ts'

type Review = Output<'scripts.review'>
type Source = Output<'executions.source'>['files'][number]

/** The code of a new script; of one that was approved before, how it differs. */
export function reviewText({ script, files, origin }: Review): string {
  const changed = files.filter(({ change }) => change !== 'same')
  const since = script.approvedAt === null ? '' : ` since it was approved on ${dateTime(script.approvedAt)}`
  const what =
    script.approvedAt === null
      ? `new: ${counted(files.length, 'file')}`
      : changed.length === 0
        ? `just as it was when it was approved on ${dateTime(script.approvedAt)}`
        : `${counted(changed.length, 'file')} of ${files.length} changed${since}`
  const head = `${styled('bold', oneLine(script.name))} is ${what}`
  const from = origin === null ? [] : [`It was downloaded from ${oneLine(origin)}`]
  const sets =
    Object.keys(script.defaults).length === 0 ? [] : [`It sets ${oneLine(JSON.stringify(script.defaults))}`]
  const shown = script.approvedAt === null ? files.map(asItIs) : changed.map(difference)
  return [head, ...from, ...sets, ...shown].join('\n\n')
}

export const sourceText = (files: Source[]): string => files.map(asItIs).join('\n\n')

function asItIs({ path, size, text }: Source): string {
  const head = styled('bold', `── ${oneLine(path)} (${bytes(size)})`)
  if (text === null) return `${head}\n${styled('dim', 'This is no text, or too long to be shown.')}`
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const width = String(lines.length).length
  return [
    head,
    ...lines.map((line, index) => `${styled('dim', String(index + 1).padStart(width))}  ${shown(line)}`),
  ].join('\n')
}

function difference({ path, change, text, before, size }: Review['files'][number]): string {
  const head = styled(
    'bold',
    `── ${oneLine(path)} (${change}${change === 'removed' ? '' : `, ${bytes(size)}`})`,
  )
  if ((text === null && change !== 'removed') || (before === null && change !== 'added'))
    return `${head}\n${styled('dim', 'This is no text, or too long to be shown.')}`
  const { hunks } = structuredPatch('', '', before ?? '', text ?? '', '', '', { context: 3 })
  const lines = hunks.flatMap((hunk) => [
    styled('cyan', `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`),
    ...hunk.lines.map(colored),
  ])
  return [head, ...lines].join('\n')
}

function colored(line: string): string {
  if (line.startsWith('+')) return styled('green', shown(line))
  return line.startsWith('-') ? styled('red', shown(line)) : shown(line)
}

/** What is looked at must not hide anything: what a terminal would not show is shown as a code. */
const shown = (line: string): string =>
  printable(
    line.replaceAll(
      HIDDEN,
      (character) => `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`,
    ),
  )

/** Controls, and what turns the direction of text or has no width: with these, code can look like other code. */
const HIDDEN = /[^\P{C}\t]/gu
