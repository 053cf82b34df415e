import { useSyncExternalStore } from 'react'

export const JOB_TABS = ['overview', 'runs', 'log', 'settings'] as const
export type JobTab = (typeof JOB_TABS)[number]

/** Where one is in the window. It stands in the address, so that every place can be linked to. */
export type Route =
  | { view: 'now' }
  | { view: 'jobs'; folder: string | null }
  | { view: 'job'; id: string; tab: JobTab }
  /** The editor: of a new job, which may begin with a script, or of one that is there. */
  | { view: 'new-job'; script: string | null }
  | { view: 'edit-job'; id: string }
  /** A run, and the line of its log to open it at. */
  | { view: 'run'; id: number; line?: number }
  | { view: 'timeline' }
  | { view: 'scripts' }
  | { view: 'script'; name: string }
  | { view: 'logs' }
  | { view: 'settings' }

export type View = Route['view']

const isTab = (text: string): text is JobTab => (JOB_TABS as readonly string[]).includes(text)

const isNumber = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text)

/** The place that an address names; Now where it names none. */
export function parseRoute(hash: string): Route {
  const [, view = '', rest = ''] = /^#\/([a-z-]+)(?:\/(.+))?$/.exec(hash) ?? []
  const [name = '', part = ''] = rest.split('/').map(decode)
  switch (view) {
    case 'jobs':
      if (!name) return { view: 'jobs', folder: null }
      if (part === 'edit') return { view: 'edit-job', id: name }
      return { view: 'job', id: name, tab: isTab(part) ? part : 'overview' }
    case 'folders':
      return { view: 'jobs', folder: name || null }
    case 'new-job':
      return { view: 'new-job', script: name || null }
    case 'runs':
      return isNumber(name)
        ? { view: 'run', id: Number(name), ...(isNumber(part) && { line: Number(part) }) }
        : { view: 'now' }
    case 'scripts':
      return name ? { view: 'script', name } : { view: 'scripts' }
    case 'timeline':
    case 'logs':
    case 'settings':
      return { view }
    default:
      return { view: 'now' }
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

export const linkTo = {
  now: '#/now',
  jobs: '#/jobs',
  timeline: '#/timeline',
  scripts: '#/scripts',
  logs: '#/logs',
  settings: '#/settings',
  folder: (path: string) => `#/folders/${encodeURIComponent(path)}`,
  job: (id: string, tab?: JobTab) => `#/jobs/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  newJob: (script?: string) => `#/new-job${script ? `/${encodeURIComponent(script)}` : ''}`,
  editJob: (id: string) => `#/jobs/${encodeURIComponent(id)}/edit`,
  run: (id: number, line?: number) => `#/runs/${id}${line ? `/${line}` : ''}`,
  script: (name: string) => `#/scripts/${encodeURIComponent(name)}`,
}

const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export const useRoute = (): Route => parseRoute(useSyncExternalStore(subscribe, () => window.location.hash))

export const go = (link: string) => (window.location.hash = link)
