import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { rowOf, useRowKeys } from './row-keys.ts'

/** In px, as in the stylesheet. */
const ROW_HEIGHT = 36

export interface Head {
  label: string
  /** Sorts by the column, where that is possible. */
  sort?: { direction: 'ascending' | 'descending' | null; change: () => void }
}

type Key = string | number

/** Which rows are chosen, and how one says so. */
export interface Choice<T, K extends Key> {
  chosen: ReadonlySet<K>
  change: (chosen: ReadonlySet<K>) => void
  /** What the box of a row is called. */
  labelOf: (item: T) => string
}

interface Props<T, K extends Key> {
  label: string
  /** Chooses the columns in the stylesheet. */
  kind: string
  heads: readonly (Head | string)[]
  items: readonly T[]
  keyOf: (item: T) => K
  /** The cells of a row; the first link in it is what the arrow keys go to. */
  row: (item: T) => ReactNode
  /** Rows can be chosen: each has a box, and Space in a row is that. */
  choice?: Choice<T, K>
  /** Below the last row. */
  foot?: ReactNode
}

/**
 * A table of any length: only the rows in sight are there. Arrow keys, Home and End go from row to row; with Shift a
 * click chooses all rows up to that one.
 */
export function Rows<T, K extends Key>({ label, kind, heads, items, keyOf, row, choice, foot }: Props<T, K>) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const lastChosen = useRef<K>(null)
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => keyOf(items[index]!),
    overscan: 8,
  })

  const moveByKey = useRowKeys(box, items.length, (index) => virtual.scrollToIndex(index))

  function choose(index: number, isRange: boolean): void {
    if (!choice) return
    const key = keyOf(items[index]!)
    const isChosen = choice.chosen.has(key)
    const begin = isRange ? items.findIndex((item) => keyOf(item) === lastChosen.current) : -1
    const from = begin === -1 ? index : begin
    const chosen = new Set(choice.chosen)
    for (const item of items.slice(Math.min(from, index), Math.max(from, index) + 1))
      if (isChosen && !isRange) chosen.delete(keyOf(item))
      else chosen.add(keyOf(item))
    lastChosen.current = key
    choice.change(chosen)
  }

  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    const at = rowOf(target)
    if (event.key === ' ' && choice && at >= 0 && target.matches('a')) {
      event.preventDefault()
      return choose(at, event.shiftKey)
    }
    moveByKey(event)
  }

  const isAll =
    choice !== undefined && choice.chosen.size > 0 && items.every((item) => choice.chosen.has(keyOf(item)))
  return (
    <div className={`table ${kind}`} ref={box} onKeyDown={onKey}>
      <div role="table" aria-label={label} aria-rowcount={items.length + 1}>
        <div role="row" className="row head" aria-rowindex={1}>
          {choice && (
            <span role="columnheader" className="choose">
              <input
                type="checkbox"
                aria-label={t('rows.all')}
                checked={isAll}
                ref={(input) => {
                  if (input) input.indeterminate = choice.chosen.size > 0 && !isAll
                }}
                onChange={() => choice.change(isAll ? new Set() : new Set(items.map(keyOf)))}
              />
            </span>
          )}
          {heads.map((head) => (
            <HeadCell head={typeof head === 'string' ? { label: head } : head} key={labelOf(head)} />
          ))}
        </div>
        <div role="rowgroup" className="rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const item = items[index]!
            const isChosen = choice?.chosen.has(keyOf(item)) ?? false
            return (
              <div
                role="row"
                className={isChosen ? 'row chosen' : 'row'}
                key={key}
                data-row={index}
                aria-rowindex={index + 2}
                aria-selected={choice ? isChosen : undefined}
                style={{ transform: `translateY(${start}px)` }}
              >
                {choice && (
                  <span role="cell" className="choose">
                    <input
                      type="checkbox"
                      aria-label={choice.labelOf(item)}
                      checked={isChosen}
                      onChange={() => {}}
                      onClick={(event: MouseEvent) => choose(index, event.shiftKey)}
                    />
                  </span>
                )}
                {row(item)}
              </div>
            )
          })}
        </div>
      </div>
      {foot}
    </div>
  )
}

const labelOf = (head: Head | string) => (typeof head === 'string' ? head : head.label)

function HeadCell({ head: { label, sort } }: { head: Head }) {
  if (!sort) return <span role="columnheader">{label}</span>
  const { direction, change } = sort
  return (
    <span role="columnheader" aria-sort={direction ?? 'none'}>
      <button type="button" className="sort" onClick={change}>
        {label}
        {direction === 'ascending' && <ArrowUp aria-hidden size={12} />}
        {direction === 'descending' && <ArrowDown aria-hidden size={12} />}
      </button>
    </span>
  )
}
