/** What is being typed in the editor: it is kept where the window is, so that nothing is lost when that closes. */
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Draft } from '../views/editor/draft.ts'

export interface Kept {
  draft: Draft
  /** When the job had last been edited as this was begun; null for a new one. */
  base: number | null
  /** When it was last typed in. */
  at: number
}

interface DraftsState {
  /** By the id of the job; `new` for one that is not there yet, `new/SCRIPT` for one that began with a script. */
  drafts: Record<string, Kept>
}

export const useDrafts = create<DraftsState>()(
  persist((): DraftsState => ({ drafts: {} }), { name: 'jobdeck-drafts' }),
)

export const draftKey = (id: string | undefined, script: string | null | undefined): string =>
  id ?? (script ? `new/${script}` : 'new')

export const keepDraft = (key: string, draft: Draft, base: number | null): void => {
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [key]: { draft, base, at: Date.now() } } }))
}

export const dropDraft = (key: string): void => {
  useDrafts.setState(({ drafts }) => {
    const { [key]: _, ...rest } = drafts
    return { drafts: rest }
  })
}
