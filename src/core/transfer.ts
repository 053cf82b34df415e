/** Jobs and categories out of a deck into a document, and out of a document into a deck. */
import stringify from 'safe-stable-stringify'
import type { CheckedInput, DeckDocument, Imported } from '../shared/contract.ts'
import { categoryEntry, jobEntry, type CategoryEntry, type JobEntry } from '../shared/document.ts'
import { Fault } from '../shared/fault.ts'
import { saveCategory } from './categories.ts'
import type { Engine } from './engine.ts'
import { definitionOf, enableJob, saveJob } from './jobs.ts'
import { normalPath } from './store/categories.ts'

type Deck = Pick<Engine, 'store' | 'clock' | 'actor' | 'planning'>
type Document = CheckedInput<'deck.import'>['document']

/** @param ids of the jobs that are wanted; without, all jobs and all categories */
export async function exportDeck({ store }: Deck, ids?: string[]): Promise<DeckDocument> {
  const jobs = ids ? ids.map((id) => store.jobs.find(id)!) : await store.jobs.list({})
  const paths = new Set(jobs.flatMap(({ category }) => (category === null ? [] : pathsTo(category))))
  const categories = store.categories.list().filter(({ path }) => !ids || paths.has(path))
  return {
    jobdeck: 1,
    categories: categories.map(categoryEntry).toSorted((a, b) => inCodeOrder(a.path, b.path)),
    jobs: jobs.map(jobEntry).toSorted((a, b) => inCodeOrder(a.key, b.key)),
  }
}

/** The same on every machine, whatever its language. */
const inCodeOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** `a/b/c` as `a`, `a/b` and `a/b/c`. */
const pathsTo = (path: string) =>
  path.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'))

/** One entry of a document: what becomes of it, and what does that. */
interface Step {
  report: Imported
  apply: (deck: Deck) => void
}

/**
 * Makes the deck what a document says; runs inside a transaction.
 * @throws Fault `invalid-input` where the document names the same thing twice
 */
export function importDeck(deck: Deck, document: Document): Imported[] {
  const steps = planImport(deck, document)
  for (const { report, apply } of steps) if (report.outcome !== 'unchanged') apply({ ...deck, actor: 'file' })
  return steps.map(({ report }) => report)
}

/** What an import would do, in the order of the document. */
export function planImport(
  deck: Pick<Deck, 'store' | 'clock' | 'planning'>,
  { categories, jobs }: Document,
): Step[] {
  refuseDoubles(
    'categories',
    'path',
    categories.map(({ path }) => normalPath(path)),
  )
  refuseDoubles(
    'jobs',
    'key',
    jobs.map(({ key, name }) => key ?? name),
  )
  return [
    ...categories.map((entry) => planCategory(deck.store, { ...entry, path: normalPath(entry.path) })),
    ...jobs.map((entry) => planJob(deck, entry)),
  ]
}

function planCategory(store: Deck['store'], entry: CategoryEntry): Step {
  const { path, description = null, maxWorkers = null, policy = {} } = entry
  const id = store.categories.idOf(path)
  const face = { path, description, maxWorkers, policy }
  const before = id === undefined ? undefined : categoryEntry(store.categories.get(id))
  const after = categoryEntry({ ...face, id: 0, jobs: 0 })
  return {
    report: { kind: 'category', name: path, key: null, outcome: outcomeOf(before, after) },
    apply: (deck) => void saveCategory(deck, face),
  }
}

function planJob(deck: Pick<Deck, 'store' | 'clock' | 'planning'>, { enabled, ...input }: JobEntry): Step {
  const { store } = deck
  const key = input.key ?? input.name
  const id = store.jobs.withKey(key)
  const before = id === undefined ? undefined : jobEntry(store.jobs.find(id)!)
  const isEnabled = enabled ?? before?.enabled ?? true
  const { handlers, params, policy, schedule } = definitionOf(deck, input)
  const { name, description, category, tags = [] } = input
  const after = {
    key,
    name,
    ...(description !== undefined && { description }),
    ...(category !== undefined && { category: normalPath(category) }),
    ...(tags.length > 0 && { tags }),
    enabled: isEnabled,
    handlers,
    ...(Object.keys(params).length > 0 && { params }),
    ...(schedule && { schedule }),
    ...policy,
  }
  return {
    report: { kind: 'job', name, key, outcome: outcomeOf(before, after) },
    apply: (deck) => enableJob(deck, saveJob(deck, input), isEnabled),
  }
}

const outcomeOf = (before: object | undefined, after: object): Imported['outcome'] =>
  before === undefined ? 'created' : stringify(before) === stringify(after) ? 'unchanged' : 'updated'

function refuseDoubles(list: string, field: string, names: string[]): void {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) {
      const message = `${JSON.stringify(name)} is given twice`
      const place = `document.${list}.${index}.${field}`
      throw new Fault('invalid-input', `${place}: ${message}`, {
        data: { issues: [{ field: place, message }] },
      })
    }
    seen.add(name)
  }
}
