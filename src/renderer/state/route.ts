import { useSyncExternalStore } from 'react'

/** Where one is in the window. It stands in the address, so that every place can be linked to. */
export type Route =
  | { view: 'jobs' }
  | { view: 'job'; id: string }
  | { view: 'run'; id: number }
  | { view: 'scripts' }
  | { view: 'script'; name: string }

/** The place that an address names; the jobs where it names none. */
export function parseRoute(hash: string): Route {
  const [, view, rest] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(hash) ?? []
  const name = decode(rest)
  if (view === 'jobs' && name) return { view: 'job', id: name }
  if (view === 'runs' && /^[1-9]\d{0,14}$/.test(name)) return { view: 'run', id: Number(name) }
  if (view === 'scripts') return name ? { view: 'script', name } : { view: 'scripts' }
  return { view: 'jobs' }
}

function decode(text = ''): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

export const linkTo = {
  jobs: '#/jobs',
  scripts: '#/scripts',
  job: (id: string) => `#/jobs/${encodeURIComponent(id)}`,
  run: (id: number) => `#/runs/${id}`,
  script: (name: string) => `#/scripts/${encodeURIComponent(name)}`,
}

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export const useRoute = (): Route => parseRoute(useSyncExternalStore(subscribe, () => window.location.hash))

export const go = (link: string) => (window.location.hash = link)
