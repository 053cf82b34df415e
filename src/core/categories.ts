/** What people do to categories; each function runs inside a transaction and leaves its trail. */
import { resolve } from 'node:path'
import stringify from 'safe-stable-stringify'
import type { Category, CheckedInput, Policy } from '../shared/contract.ts'
import { categoryEntry } from '../shared/document.ts'
import { Fault } from '../shared/fault.ts'
import type { Engine } from './engine.ts'
import { normalPath } from './store/categories.ts'

type Deck = Pick<Engine, 'store' | 'clock' | 'actor'>

/** @throws Fault `not-found` */
export function findCategory({ store }: Pick<Deck, 'store'>, path: string): number {
  const id = store.categories.idOf(path)
  if (id === undefined) throw new Fault('not-found', `there is no category ${JSON.stringify(path)}`)
  return id
}

/** Creates the category, or changes the one at the path. */
export function saveCategory(
  { store, clock, actor }: Deck,
  { path, policy, ...rest }: CheckedInput<'categories.save'>,
): number {
  const values = { ...rest, ...(policy && { policy: absolute(policy) }) }
  const known = store.categories.idOf(path)
  const before = known === undefined ? undefined : faceOf(store.categories.get(known))
  const at = clock.now()
  const id = store.categories.getOrCreate(path, at)
  store.categories.update(id, values)
  const category = store.categories.get(id)
  const after = faceOf(category)
  if (stringify(after) !== stringify(before)) {
    const action = before === undefined ? 'created' : 'edited'
    store.trail.add({ at, actor, action, details: { category: category.path, before, after } })
  }
  return id
}

/** With the paths of files made absolute, so that they mean the same wherever its jobs run. */
export function absolute(policy: Policy): Policy {
  const { environmentFiles } = policy
  return environmentFiles
    ? { ...policy, environmentFiles: environmentFiles.map((file) => resolve(file)) }
    : policy
}

/** What people set of a category, but for its path. */
function faceOf(category: Category) {
  const { path: _, ...face } = categoryEntry(category)
  return face
}

/**
 * Gives a category another path.
 * @throws Fault `not-found`; `conflict` where there is another one, or where it would lie below itself
 */
export function moveCategory(deck: Deck, from: string, to: string): number {
  const { store, clock, actor } = deck
  const id = findCategory(deck, from)
  const [path, target] = [store.categories.get(id).path, normalPath(to)]
  if (target.startsWith(`${path}/`)) throw new Fault('conflict', `${path} cannot be moved below itself`)
  const other = store.categories.idOf(target)
  if (other === id) return id
  if (other !== undefined)
    throw new Fault('conflict', `there is a category ${JSON.stringify(target)} already`)
  store.categories.move(id, target, clock.now())
  store.trail.add({ at: clock.now(), actor, action: 'moved', details: { category: path, to: target } })
  return id
}

/** Removes categories with those below them. */
export function removeCategories(deck: Deck, paths: string[]): Category[] {
  const { store, clock, actor } = deck
  const found = paths.map((path) => findCategory(deck, path))
  const removed = [...new Set(found)].map((id) => store.categories.get(id))
  for (const { path } of removed) {
    const id = store.categories.idOf(path)
    if (id === undefined) continue // it went with one above it
    store.categories.remove(id)
    store.pauses.resume(`category:${id}`)
    store.trail.add({ at: clock.now(), actor, action: 'removed', details: { category: path } })
  }
  return removed
}
