import { useEffect, useState, type KeyboardEvent, type RefObject } from 'react'

/** The place of the row that something is in; -1 outside of all. */
export const rowOf = (target: EventTarget): number =>
  Number((target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset['row'] ?? -1)

/**
 * Arrow keys, Home and End go from row to row of a list of which only the rows in sight are there.
 * @param box holds the rows, each with its place in `data-row`; the first link in it gets the focus
 * @returns what takes the keys of the box
 */
export function useRowKeys(
  box: RefObject<HTMLElement | null>,
  count: number,
  scrollToIndex: (index: number) => void,
): (event: KeyboardEvent) => void {
  const [wanted, setWanted] = useState<number>()

  // The row may only be there once it was scrolled to.
  useEffect(() => {
    const link = box.current?.querySelector<HTMLElement>(`[data-row="${wanted}"] a`)
    if (wanted === undefined || !link) return
    link.focus()
    setWanted(undefined)
  })

  return (event) => {
    const at = rowOf(event.target)
    const places: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: count - 1,
    }
    const place = places[event.key]
    if (place === undefined || place < 0 || place >= count) return
    event.preventDefault()
    scrollToIndex(place)
    setWanted(place)
  }
}
