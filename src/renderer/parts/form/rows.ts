import { useState } from 'react'

const ROW = '.form-item, .row-of'

/**
 * Rows of which each can be removed, and which nothing tells apart but their places.
 * `keys` stay with the rows when another one is removed; `leave` is called before a row is, with the button in it: the
 * focus goes to the next row, or to the button that adds one.
 */
export function useRows(length: number): {
  keys: readonly number[]
  leave: (button: HTMLElement, index: number) => void
} {
  const [{ keys, next }, setRows] = useState({ keys: [] as readonly number[], next: 0 })
  if (keys.length !== length) {
    const added = Array.from({ length: Math.max(0, length - keys.length) }, (_, index) => next + index)
    setRows({ keys: [...keys.slice(0, length), ...added], next: next + added.length })
  }
  return {
    keys,
    leave(button, index) {
      const row = button.closest(ROW)
      const after = row?.nextElementSibling
      const target = after?.matches(ROW)
        ? after.querySelector<HTMLElement>('input, select, textarea, button')
        : row?.parentElement?.querySelector<HTMLElement>(':scope > .form-add')
      target?.focus()
      setRows({ keys: keys.toSpliced(index, 1), next })
    },
  }
}
