/** What is being typed in the editor: it is kept where the window is, so that nothing is lost when that closes. */
import type { Draft } from '../views/editor/draft.ts'

/** A draft as it was kept, by this version of the program or by another one: {@link restored} makes a draft of it. */
export interface Kept {
  draft: unknown
  /** When the job had last been edited as this was begun; null for a new one. */
  base: number | null
  /** When it was last typed in. */
  at: number
}

/** Each draft has a key of its own, so that windows that are open at once leave those of each other alone. */
const PREFIX = 'jobdeck-draft/'
/** In which all of them lay before. */
const FORMER_KEY = 'jobdeck-drafts'
const KEPT_FOR = 30 * 86_400_000

/** The id of the job; `new` for one that is not there yet, `new/SCRIPT` for one that began with a script. */
export const draftKey = (id: string | undefined, script: string | null | undefined): string =>
  id ?? (script ? `new/${script}` : 'new')

/** What was kept; what cannot be read counts as nothing. */
export function keptDraft(key: string): Kept | undefined {
  const { draft, base = null, at } = parsed(localStorage.getItem(PREFIX + key)) as Partial<Kept>
  return typeof at === 'number' ? { draft, base: typeof base === 'number' ? base : null, at } : undefined
}

/** @returns whether there was room for it */
export function keepDraft(key: string, draft: Draft, base: number | null): boolean {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ draft, base, at: Date.now() } satisfies Kept))
    return true
  } catch {
    return false
  }
}

export const dropDraft = (key: string): void => localStorage.removeItem(PREFIX + key)

/** Drops drafts of jobs that are gone, and those that nobody came back to. */
export function tidyDrafts(isThere: (job: string) => boolean): void {
  splitFormer()
  const keys = Object.keys(localStorage).flatMap((key) =>
    key.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : [],
  )
  for (const key of keys) {
    const isNew = key === 'new' || key.startsWith('new/')
    const kept = keptDraft(key)
    if (!kept || kept.at < Date.now() - KEPT_FOR || (!isNew && !isThere(key))) dropDraft(key)
  }
}

/** Gives each draft that was kept with all the others a key of its own. */
function splitFormer(): void {
  const text = localStorage.getItem(FORMER_KEY)
  if (text === null) return
  localStorage.removeItem(FORMER_KEY)
  const { state } = parsed(text) as { state?: { drafts?: object } | null }
  for (const [key, kept] of Object.entries(state?.drafts ?? {}))
    localStorage.setItem(PREFIX + key, JSON.stringify(kept))
}

/** An object that was kept as text; an empty one where it is none. */
function parsed(text: string | null): object {
  try {
    return Object(JSON.parse(text ?? '{}')) as object
  } catch {
    return {}
  }
}
