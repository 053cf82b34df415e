import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import { codeLines, placeOfLine } from './code-lines.ts'
import './log/log.css' // its lines are those of a log

/** In px, as in the stylesheet. */
const LINE_HEIGHT = 20
const SIGNS = { same: ' ', added: '+', removed: '−' }

interface Props {
  label: string
  before: string | null
  text: string | null
  /** The line of the text, from 1, in which something is wrong. */
  mark?: number
}

/** Code, or how it differs from what it was: by sign and colour. */
export function Code({ label, before, text, mark }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => codeLines(before, text), [before, text])
  const marked = useMemo(() => placeOfLine(lines, mark), [lines, mark])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 30,
  })
  useEffect(() => {
    if (marked !== -1) virtual.scrollToIndex(marked, { align: 'center' })
  }, [marked, virtual])
  return (
    <div className="lines code" ref={box} role="region" aria-label={label} tabIndex={0}>
      <div className="rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => (
          <div
            className={`line ${lines[index]!.kind}${index === marked ? ' marked' : ''}`}
            key={key}
            style={{ transform: `translateY(${start}px)` }}
          >
            <span className="sign">{SIGNS[lines[index]!.kind]}</span>
            <span>{lines[index]!.text}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
