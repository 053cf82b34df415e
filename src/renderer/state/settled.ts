import { useEffect, useState } from 'react'

/** What was typed is looked for once there was no further key for so long, in ms. */
const TYPING = 150

/** The value, once it no longer changes. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
