import { createContext, useContext } from 'react'
import type { Job } from '../../../shared/contract.ts'
import type { Described } from '../../parts/form/handler-schema.ts'
import { EMPTY, type Draft } from './draft.ts'

export interface Editing {
  draft: Draft
  change: (part: Partial<Draft>) => void
  /** What is wrong with a field, in words; nothing where that need not be told yet. */
  errorOf: (field: string) => string | undefined
  /** The job as it is; null for one that is not there yet. */
  job: Job | null
  described: Described
  /** Somebody wanted to save it: from then on also what is missing is told. */
  isAsked: boolean
  /** What the engine said of parameters, by their paths. */
  paramFaults: ReadonlyMap<string, string> | undefined
}

export const EditorContext = createContext<Editing>({
  draft: EMPTY,
  change: () => {},
  errorOf: () => undefined,
  job: null,
  described: { isReady: false, schema: null, title: null, warnings: [], fault: null },
  isAsked: false,
  paramFaults: undefined,
})

export const useEditing = (): Editing => useContext(EditorContext)
