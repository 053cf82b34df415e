import { useEffect, useState } from 'react'
import { toFault, type FaultCode } from '../../shared/fault.ts'
import { useIsOnline } from './connection.ts'
import { useNotices } from './notices.ts'

/** The banner tells of a lost connection, and the view around it of what is gone. */
const TOLD_ELSEWHERE: ReadonlySet<FaultCode> = new Set(['disconnected', 'closed', 'not-found'])

/**
 * What the deck answers to a question of one part of a view. It is asked anew when the connection is back.
 * @param about what the question is about: an answer about something else is not shown meanwhile; null asks nothing
 * @param again asks anew when it changes, and shows the last answer until then
 */
export function useAnswer<T>(about: string | null, ask: () => Promise<T>, again?: unknown): T | undefined {
  const [found, setFound] = useState<{ about: string; answer: T }>()
  const isOnline = useIsOnline()
  useEffect(() => {
    if (about === null || !isOnline) return undefined
    let isOver = false
    ask().then(
      (answer) => isOver || setFound({ about, answer }),
      (thrown: unknown) => {
        const fault = toFault(thrown).toJSON()
        if (!isOver && !TOLD_ELSEWHERE.has(fault.code)) useNotices.setState({ fault })
      },
    )
    return () => {
      isOver = true
    }
  }, [about, again, isOnline])
  return found?.about === about ? found.answer : undefined
}
