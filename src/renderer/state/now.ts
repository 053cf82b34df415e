import { useSyncExternalStore } from 'react'

/** How often what is said relative to now is said anew, in ms. */
const TICK = 1000

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  now = Date.now() // it may be long ago that anybody asked
  timer ??= setInterval(() => {
    if (document.hidden) return
    now = Date.now()
    for (const each of listeners) each()
  }, TICK)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
const still = () => () => {}

/** The time, second by second as long as it matters; else as it was. */
export function useNow(matters = true): number {
  const time = useSyncExternalStore(matters ? subscribe : still, () => now)
  return matters ? time : Date.now()
}
