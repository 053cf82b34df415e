import { useRef, useState } from 'react'

/** Does one thing at a time: what is asked for while something is being done, by a second click, is left out. */
export function useBusy(): { isBusy: boolean; once: (work: () => Promise<void>) => Promise<void> } {
  const [isBusy, setBusy] = useState(false)
  // The second of two clicks can come before anything is drawn again.
  const busy = useRef(false)
  async function once(work: () => Promise<void>): Promise<void> {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    try {
      await work()
    } finally {
      busy.current = false
      setBusy(false)
    }
  }
  return { isBusy, once }
}
