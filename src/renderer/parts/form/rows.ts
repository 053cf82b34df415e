import { useState } from 'react'

const ROW = '.form-item, .form-other, .row-of'
const CONTROL = 'input, select, textarea, button'

/** Before a row is removed with the button in it: the focus goes to the next row, or to what there is beside it. */
export function moveFocus(button: HTMLElement): void {
  const row = button.closest(ROW)
  const after = row?.nextElementSibling
  const target = after?.matches(ROW)
    ? after.querySelector<HTMLElement>(CONTROL)
    : (row?.parentElement?.querySelector<HTMLElement>(':scope > .form-add') ??
      row?.parentElement?.querySelector<HTMLElement>(CONTROL))
  target?.focus()
}

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
      moveFocus(button)
      setRows({ keys: keys.toSpliced(index, 1), next })
    },
  }
}
