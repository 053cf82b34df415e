/** The parts that a text written as Markdown consists of. */
export type Block =
  | { kind: 'heading' | 'paragraph' | 'code'; text: string }
  | { kind: 'list'; items: string[]; isOrdered: boolean }
  | { kind: 'table'; head: string[]; rows: string[][] }

const HEADING = /^#{1,6}\s+(.*)$/
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/
const FENCE = /^\s*(```|~~~)/
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/

const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim())

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
    const end = lines.findIndex((each, index) => index > at && FENCE.test(each))
    const last = end < 0 ? lines.length : end
    blocks.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') })
    return last + 1
  }
  const heading = HEADING.exec(line)
  if (heading) {
    blocks.push({ kind: 'heading', text: heading[1]! })
    return at + 1
  }
  if (line.includes('|') && TABLE_LINE.test(lines[at + 1] ?? '')) {
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
  const end = lines.findIndex((line, index) => index >= from && !fits(line))
  return lines.slice(from, end < 0 ? lines.length : end)
}
