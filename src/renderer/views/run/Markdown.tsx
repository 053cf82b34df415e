import { memo, type ReactNode } from 'react'
import { blocksOf, type Block } from './markdown-blocks.ts'

/** A text written as Markdown: headings, lists, tables, code, bold and links as text. Nothing in it is HTML. */
export const Markdown = memo(({ text }: { text: string }) => (
  <div className="markdown">{blocksOf(text).map((block, index) => drawBlock(block, index))}</div>
))
Markdown.displayName = 'Markdown'

function drawBlock(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case 'heading':
      return <h4 key={key}>{inline(block.text)}</h4>
    case 'code':
      return (
        <pre key={key} tabIndex={0}>
          {block.text}
        </pre>
      )
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{inline(item)}</li>)
      return block.isOrdered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>
    }
    case 'table':
      return (
        <table key={key}>
          <thead>
            <tr>
              {block.head.map((cell, index) => (
                <th key={index}>{inline(cell)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, place) => (
                  <td key={place}>{inline(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )
    default:
      return <p key={key}>{inline(block.text)}</p>
  }
}

const INLINE = /(`[^`\n]+`|\*\*[^*\n]+\*\*)/

/** Code and bold within a line; the rest is text as it stands. */
const inline = (text: string): ReactNode[] =>
  text.split(INLINE).map((part, index) => {
    if (/^`[^`]+`$/.test(part)) return <code key={index}>{part.slice(1, -1)}</code>
    if (/^\*\*[^*]+\*\*$/.test(part)) return <strong key={index}>{part.slice(2, -2)}</strong>
    return part
  })
