import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

/** In px, as in the stylesheet. */
const ROW_HEIGHT = 36

interface Props<T> {
  label: string
  /** Chooses the columns in the stylesheet. */
  kind: string
  heads: string[]
  items: T[]
  keyOf: (item: T) => string | number
  /** The cells of a row; the first link in it is what the arrow keys go to. */
  row: (item: T) => ReactNode
  /** Below the last row. */
  foot?: ReactNode
}

/** A table of any length: only the rows in sight are there. Arrow keys, Home and End go from row to row. */
export function Rows<T>({ label, kind, heads, items, keyOf, row, foot }: Props<T>) {
  const box = useRef<HTMLDivElement>(null)
  const [wanted, setWanted] = useState<number>()
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => keyOf(items[index]!),
    overscan: 12,
  })

  // The row may only be there once it was scrolled to.
  useEffect(() => {
    const link = box.current?.querySelector<HTMLElement>(`[data-row="${wanted}"] a`)
    if (wanted === undefined || !link) return
    link.focus()
    setWanted(undefined)
  })

  function move(event: KeyboardEvent): void {
    const at = Number((event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row ?? -1)
    const places: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length - 1,
    }
    const place = places[event.key]
    if (place === undefined || place < 0 || place >= items.length) return
    event.preventDefault()
    virtual.scrollToIndex(place)
    setWanted(place)
  }

  return (
    <div className={`table ${kind}`} ref={box} onKeyDown={move}>
      <div role="table" aria-label={label} aria-rowcount={items.length + 1}>
        <div role="row" className="row head" aria-rowindex={1}>
          {heads.map((head) => (
            <span role="columnheader" key={head}>
              {head}
            </span>
          ))}
        </div>
        <div role="rowgroup" className="rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => (
            <div
              role="row"
              className="row"
              key={key}
              data-row={index}
              aria-rowindex={index + 2}
              style={{ transform: `translateY(${start}px)` }}
            >
              {row(items[index]!)}
            </div>
          ))}
        </div>
      </div>
      {foot}
    </div>
  )
}
