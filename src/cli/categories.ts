/** `jobdeck categories`: the tree of categories, and what is done to it. */
import type { Category } from '../shared/contract.ts'
import { readableField } from '../shared/document.ts'
import type { Fault } from '../shared/fault.ts'
import { assign, unassign } from './assignments.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { counted, oneLine, print, printJson, printNote, styled, table } from './terminal.ts'

/** Shows the tree, with how many jobs are in each and below it. */
export function listCategories(options: GlobalOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const categories = await client.request('categories.list', {})
    if (options.json) return categories.forEach(printJson)
    if (categories.length === 0)
      return printNote('No categories yet. To make one: jobdeck categories add home/backups')
    const rows = inTreeOrder(categories).map(({ path, jobs, maxWorkers, policy, description }) => {
      const below = categories.filter((other) => other.path.startsWith(`${path}/`))
      const all = below.reduce((sum, other) => sum + other.jobs, jobs)
      const depth = path.split('/').length - 1
      return [
        oneLine('  '.repeat(depth) + path.slice(path.lastIndexOf('/') + 1)),
        all === jobs ? String(jobs) : `${jobs} (${all} with those below)`,
        maxWorkers === null ? '' : String(maxWorkers),
        oneLine(policyText(policy)),
        styled('dim', oneLine(description ?? '')),
      ]
    })
    print(
      table(['CATEGORY', 'JOBS', 'AT ONCE', 'DEFAULTS OF ITS JOBS', ''], rows, {
        name: 'CATEGORY',
      }),
    )
  })
}

/** Those of one level by name, each before those below it: `a/b` comes before `a b`. */
const inTreeOrder = (categories: Category[]) =>
  categories
    .map((category) => ({ category, names: category.path.split('/') }))
    .toSorted((a, b) => {
      const at = a.names.findIndex((name, index) => name !== b.names[index])
      if (at === -1 || b.names[at] === undefined) return a.names.length - b.names.length
      return a.names[at]!.localeCompare(b.names[at], undefined, { numeric: true })
    })
    .map(({ category }) => category)

/** `timeout 1h, retry.attempts 3`. */
function policyText(policy: Category['policy']): string {
  return Object.entries(policy)
    .flatMap(([field, value]) => parts(field, readableField(field, value)))
    .join(', ')
}

const parts = (field: string, value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, inner]) => parts(`${field}.${name}`, inner))
    : [`${field} ${Array.isArray(value) ? JSON.stringify(value) : String(value)}`]

export interface AddOptions extends GlobalOptions {
  path: string
  description?: string
  maxWorkers?: number
  set: string[]
  unset: string[]
}

/** Adds a category, or changes the one at the path; what is not given stays. */
export function addCategory(options: AddOptions): Promise<void> {
  const { path, description, maxWorkers, set, unset, json } = options
  return withDeck(options, 'command', async (client) => {
    const before = await client.request('categories.get', { path }).catch((fault: Fault) => {
      if (fault.code !== 'not-found') throw fault
    })
    const own = new Set(unset.filter((field) => ['description', 'max-workers'].includes(field)))
    const policy = assign(
      unassign(
        before?.policy ?? {},
        unset.filter((field) => !own.has(field)),
      ),
      set,
    )
    const saved = await client.request('categories.save', {
      path,
      ...(own.has('description') && { description: null }),
      ...(own.has('max-workers') && { maxWorkers: null }),
      ...(description !== undefined && { description }),
      ...(maxWorkers !== undefined && { maxWorkers }),
      ...((set.length > 0 || unset.length > own.size) && { policy }),
    })
    if (json) printJson(saved)
    else printNote(`${before ? 'Changed' : 'Added'} the category ${JSON.stringify(saved.path)}`)
  })
}

/** Gives a category another path. */
export function moveCategory({
  path,
  to,
  ...options
}: GlobalOptions & { path: string; to: string }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const moved = await client.request('categories.move', { path, to })
    if (options.json) printJson(moved)
    else printNote(`The category ${JSON.stringify(path)} is ${JSON.stringify(moved.path)} now`)
  })
}

/** Removes categories with those below them. */
export function removeCategories({ paths, ...options }: GlobalOptions & { paths: string[] }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const all = await client.request('categories.list', {})
    const removed = await client.request('categories.remove', { paths })
    if (options.json) return removed.forEach(printJson)
    const isGone = (path: string) =>
      removed.some((category) => path === category.path || path.startsWith(`${category.path}/`))
    const jobs = all.filter(({ path }) => isGone(path)).reduce((sum, category) => sum + category.jobs, 0)
    for (const { path } of removed) printNote(`Removed the category ${JSON.stringify(path)}`)
    if (jobs > 0) printNote(`${counted(jobs, 'job')} went to the category above`)
  })
}
