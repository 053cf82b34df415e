/** The colours of the theme, for what is painted rather than styled. */
import { useSyncExternalStore } from 'react'
import { usePreferences } from '../state/preferences.ts'

const NAMES = [
  'ground',
  'raised',
  'line',
  'edge',
  'text',
  'quiet',
  'accent',
  'good',
  'bad',
  'warn',
  'chosen',
] as const
export type Colours = Record<(typeof NAMES)[number], string>

/** A variable keeps `light-dark(…)` as it was written; what a property makes of it is a colour. */
function readColours(): Colours {
  const probe = document.createElement('span')
  document.body.append(probe)
  const read = NAMES.map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(read) as Colours
}

let colours: Colours | undefined
const dark = () => window.matchMedia('(prefers-color-scheme: dark)')
const forced = () => window.matchMedia('(forced-colors: active)')

function subscribe(listener: () => void): () => void {
  const forget = () => {
    colours = undefined
    listener()
  }
  const queries = [dark(), forced()]
  for (const query of queries) query.addEventListener('change', forget)
  const stop = usePreferences.subscribe((now, before) => {
    // The page follows the same preference: once it has, its colours are other ones.
    if (now.theme !== before.theme) queueMicrotask(forget)
  })
  return () => {
    stop()
    for (const query of queries) query.removeEventListener('change', forget)
    colours = undefined
  }
}

/** As they are now, and anew when the theme is another. */
export const useColours = (): Colours => useSyncExternalStore(subscribe, () => (colours ??= readColours()))
