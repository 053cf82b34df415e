/** The parts that a text written as Markdown consists of. */
export type Block =
  | { kind: 'heading' | 'paragraph' | 'code'; text: string }
  | { kind: 'list'; items: string[]; isOrdered: boolean }
  | { kind: 'table'; head: string[]; rows: string[][] }

const HEADING = /^#{1,6}\s+(.*)$/
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/
const FENCE = /^\s*(```|~~~)/
const TABLE_CELL = /^:?-+:?$/
/** A line below the head of a table that is longer than this is none. */
const LONGEST_TABLE_LINE = 2000

const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim())

/** Whether it stands below the head of a table. Cell by cell: one expression for all of it would try too much. */
const isTableLine = (line = ''): boolean =>
  line.length <= LONGEST_TABLE_LINE && cells(line).every((cell) => TABLE_CELL.test(cell))

/** The parts of the text, one after another. */
export function blocksOf(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length;) at = takeBlock(lines, at, blocks)
  return blocks
}

function takeBlock(lines: string[], at: number, blocks: Block[]): number {
  const line = lines[at]!
  if (line.trim() === '') return at + 1
  if (FENCE.test(line)) {
    const code = takeWhile(lines, at + 1, (each) => !FENCE.test(each))
    blocks.push({ kind: 'code', text: code.join('\n') })
    return at + code.length + 2
  }
  const heading = HEADING.exec(line)
  if (heading) {
    blocks.push({ kind: 'heading', text: heading[1]! })
    return at + 1
  }
  if (line.includes('|') && isTableLine(lines[at + 1])) {
    const rows = takeWhile(lines, at + 2, (each) => each.includes('|'))
    blocks.push({ kind: 'table', head: cells(line), rows: rows.map(cells) })
    return at + 2 + rows.length
  }
  if (ITEM.test(line)) {
    const items = takeWhile(lines, at, (each) => ITEM.test(each))
    const isOrdered = ITEM.exec(line)![1] !== undefined
    blocks.push({ kind: 'list', items: items.map((each) => ITEM.exec(each)![2]!), isOrdered })
    return at + items.length
  }
  const isText = (each: string) =>
    each.trim() !== '' && !HEADING.test(each) && !FENCE.test(each) && !ITEM.test(each)
  const rest = takeWhile(lines, at + 1, isText)
  blocks.push({ kind: 'paragraph', text: [line, ...rest].join('\n') })
  return at + 1 + rest.length
}

function takeWhile(lines: string[], from: number, fits: (line: string) => boolean): string[] {
  let end = from
  while (end < lines.length && fits(lines[end]!)) end++
  return lines.slice(from, end)
}
