import { useEffect, useState } from 'react'
import type { Handler, Output } from '../../../shared/contract.ts'
import { toFault, type FaultData } from '../../../shared/fault.ts'
import { client } from '../../client.ts'
import { useIsOnline } from '../../state/connection.ts'
import { useScripts } from '../../state/scripts.ts'
import type { Schema } from './schema.ts'

/** What is known of the parameters of what a job runs. */
export interface Described {
  isReady: boolean
  schema: Schema | null
  title: string | null
  warnings: string[]
  /** Why a file cannot be read or run. */
  fault: FaultData | null
}

const NOTHING: Described = { isReady: true, schema: null, title: null, warnings: [], fault: null }
/** So long, in ms, nothing more is typed before a file is looked at. */
const PATIENCE = 250

/** The parameters of a script, as the list of scripts has them, or of a file, which is asked for them. */
export function useDescribed(handler: Handler | undefined): Described {
  const { scripts, isReady } = useScripts()
  const isOnline = useIsOnline()
  const file = handler && 'file' in handler ? handler.file : ''
  const [found, setFound] = useState<{ file: string; described: Described }>()
  useEffect(() => {
    if (file === '' || !isOnline) return undefined
    let isOver = false
    const tell = (described: Described) => isOver || setFound({ file, described })
    const timer = setTimeout(() => {
      client.request('handlers.describe', { file }).then(
        (answer) => tell(describedBy(answer)),
        (thrown: unknown) => tell({ ...NOTHING, fault: toFault(thrown).toJSON() }),
      )
    }, PATIENCE)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [file, isOnline])
  if (handler && 'script' in handler) {
    const script = scripts.find(({ name }) => name === handler.script)
    if (!script) return { ...NOTHING, isReady }
    return { ...NOTHING, schema: script.schema, title: script.title, warnings: script.warnings }
  }
  if (file === '') return NOTHING
  return found?.file === file ? found.described : { ...NOTHING, isReady: false }
}

const describedBy = ({ schema, title, warnings }: Output<'handlers.describe'>): Described => ({
  ...NOTHING,
  schema: schema ?? null,
  title: title ?? null,
  warnings,
})
