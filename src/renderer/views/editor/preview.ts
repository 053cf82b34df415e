import { useEffect, useState } from 'react'
import type { Output } from '../../../shared/contract.ts'
import { toFault, type FaultData } from '../../../shared/fault.ts'
import type { ScheduleInput } from '../../../shared/schedule.ts'
import { client } from '../../client.ts'
import { useIsOnline } from '../../state/connection.ts'

export type Preview = Output<'schedules.preview'>

/** So long, in ms, nothing more is typed before the times are asked for. */
const PATIENCE = 200
const SHOWN = 5

interface Answer {
  text: string
  preview: Preview | null
  fault: FaultData | null
}

/** What a schedule is in words, and its next times, or why it cannot be; as it was until that is known. */
export function usePreview(schedule: ScheduleInput | null): Omit<Answer, 'text'> {
  const text = schedule === null ? '' : JSON.stringify(schedule)
  const [answer, setAnswer] = useState<Answer>()
  const isOnline = useIsOnline()
  useEffect(() => {
    if (text === '' || !isOnline) return undefined
    let isOver = false
    const tell = (preview: Preview | null, fault: FaultData | null) =>
      isOver || setAnswer({ text, preview, fault })
    const timer = setTimeout(() => {
      client.request('schedules.preview', { schedule: JSON.parse(text) as ScheduleInput, count: SHOWN }).then(
        (preview) => tell(preview, null),
        (thrown: unknown) => tell(null, toFault(thrown).toJSON()),
      )
    }, PATIENCE)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [text, isOnline])
  if (text === '' || !answer) return { preview: null, fault: null }
  return answer
}
