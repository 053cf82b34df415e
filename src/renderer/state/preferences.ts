import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** What a person has set for this window; it is kept where the window is, not in the deck. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark'
  language: 'system' | 'en' | 'zh'
  /** Whether single keys do something: who speaks to the machine, or types by mistake, may want none. */
  singleKeys: boolean
  /** The key that shows the keys. */
  helpKey: string
  /** Up to when what happened was looked at, in ms since 1970. */
  lookedAt: number
  /** How lines of a log are shown. */
  logTime: 'absolute' | 'relative' | 'delta'
  wrapsLog: boolean
}

const DAY = 86_400_000

export const usePreferences = create<Preferences>()(
  persist(
    (): Preferences => ({
      theme: 'system',
      language: 'system',
      singleKeys: true,
      helpKey: '?',
      lookedAt: Date.now() - DAY, // who opens it for the first time wants to know of today
      logTime: 'absolute',
      wrapsLog: false,
    }),
    { name: 'jobdeck' },
  ),
)

/** Lets the page follow the theme that was chosen. */
export function followTheme(): void {
  const show = () => (document.documentElement.dataset.theme = usePreferences.getState().theme)
  show()
  usePreferences.subscribe(show)
}
