/** What is selected in a list of which only the rows in sight are there. */
import type { LogSource } from '../../state/log-lines.ts'
import { messageText } from './ansi.ts'

interface End {
  row: number
  node: Node
  offset: number
}

export interface Selected {
  first: End
  last: End
}

const rowElement = (node: Node | null): HTMLElement | null =>
  (node instanceof Element ? node : (node?.parentElement ?? null))?.closest<HTMLElement>('[data-index]') ??
  null

/** The rows in which what is selected within the box begins and ends. */
export function selectedRows(box: HTMLElement): Selected | undefined {
  const selection = document.getSelection()
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined
  const range = selection.getRangeAt(0)
  const [from, through] = [rowElement(range.startContainer), rowElement(range.endContainer)]
  if (!from || !through || !box.contains(from) || !box.contains(through)) return undefined
  return {
    first: { row: Number(from.dataset['index']), node: range.startContainer, offset: range.startOffset },
    last: { row: Number(through.dataset['index']), node: range.endContainer, offset: range.endOffset },
  }
}

/** The text of a row from a place in it to its end, or from its beginning to a place in it. */
function partOf({ node, offset }: End, side: 'after' | 'before'): string {
  const body = rowElement(node)?.querySelector('.body')
  if (!body) return ''
  const range = document.createRange()
  range.selectNodeContents(body)
  if (body.contains(node)) {
    if (side === 'after') range.setStart(node, offset)
    else range.setEnd(node, offset)
  } else if (side === 'before') {
    // It ends before the text of its last row.
    range.collapse(true)
  }
  return range.toString()
}

/** The whole text that is selected over several rows, or how to get it where rows between were not read. */
export function selectedText(
  { first, last }: Selected,
  log: LogSource,
  read: (from: number, through: number) => Promise<string>,
): string | Promise<string> {
  const [head, tail] = [partOf(first, 'after'), partOf(last, 'before')]
  const between: string[] = []
  for (let row = first.row + 1; row < last.row; row++) {
    const entry = log.line(row)
    if (!entry)
      return read(log.sequenceAt(first.row + 1), log.sequenceAt(last.row - 1)).then((text) =>
        [head, text, tail].join('\n'),
      )
    between.push(messageText(entry.message))
  }
  return [head, ...between, tail].join('\n')
}
