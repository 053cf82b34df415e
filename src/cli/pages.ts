/** Lists that may be long: a page of them for people, all of them as JSON. */
import type { ScheduleKind } from '../shared/schedule.ts'
import type { Client } from '../shared/client.ts'
import type { Input, Mode } from '../shared/contract.ts'
import { isOutputClosed, outputRoom, print, printJson, printNote } from './terminal.ts'

export interface PageOptions {
  sort?: string
  reverse?: boolean
  limit?: number
  page?: number
}

/** What narrows down lists of jobs and lists of runs alike. */
export interface FilterOptions {
  category?: string
  tag?: string[]
  mode?: Mode
  handler?: string
  schedule?: ScheduleKind[]
}

/** By what a list is sorted, and which way round if nobody says so. */
export type Sorts<F> = Record<string, { field: F; descending: boolean }>

/** So many are read at once where all are wanted. */
const STEP = 1000

/** The filters as requests have them. A category that does not exist is refused: its name was mistyped. */
export async function filterOf(client: Client, { category, tag, mode, handler, schedule }: FilterOptions) {
  const path = category === undefined ? undefined : await pathOf(client, category)
  return {
    ...(path !== undefined && { category: path }),
    ...(tag && { tags: tag }),
    ...(mode && { mode }),
    ...(handler !== undefined && { handler }),
    ...(schedule && { schedules: schedule }),
  }
}

/** @throws Fault `not-found` */
export const pathOf = async (client: Client, path: string): Promise<string> =>
  (await client.request('categories.get', { path })).path

export function orderOf<F>(sorts: Sorts<F>, { sort, reverse = false }: PageOptions) {
  const chosen = sort === undefined ? Object.values(sorts)[0]! : sorts[sort]!
  return { ...(sort !== undefined && { sort: chosen.field }), descending: chosen.descending !== reverse }
}

/** Which part of a list is wanted; undefined where all of it is. */
function pageOf({ limit, page }: PageOptions, isJson: boolean | undefined, usual: number) {
  if (isJson && limit === undefined && page === undefined) return undefined
  const length = limit ?? usual
  return { limit: length, offset: ((page ?? 1) - 1) * length }
}

/** What is known of one kind of list. */
interface List<T extends { id: string | number }> {
  noun: string
  /** A page for people has so many, if nobody says so. */
  usual: number
  request: (part: { after?: T['id']; offset?: number; limit: number }) => Promise<T[]>
  count: () => Promise<{ count: number; exact: boolean }>
  /** Said where there is none. */
  none: string
  show: (items: T[]) => string
}

/** Prints a list: a page of it as a table, or as JSON all of it unless a page is wanted. */
export async function printList<T extends { id: string | number }>(
  { json, ...wanted }: PageOptions & { json?: boolean },
  { noun, usual, request, count, none, show }: List<T>,
): Promise<void> {
  const page = pageOf(wanted, json, usual)
  if (!page) return printAll(request)
  const items = await request(page)
  if (json) return items.forEach(printJson)
  if (items.length === 0 && page.offset === 0) return printNote(none)
  if (items.length > 0) print(show(items))
  await noteTotal(items.length, page, noun, count)
}

/** Prints all that a list has, a part at a time: as JSON, for programs. */
async function printAll<T extends { id: string | number }>(request: List<T>['request']): Promise<void> {
  let after: T['id'] | undefined
  for (;;) {
    const part = await request({ limit: STEP, ...(after !== undefined && { after }) })
    for (const item of part) {
      printJson(item)
      await outputRoom()
      if (isOutputClosed()) return
    }
    if (part.length < STEP) return
    after = part.at(-1)!.id
  }
}

/** Says how many there are in all, where that is more than what is shown. */
async function noteTotal(
  shown: number,
  { limit, offset }: { limit: number; offset: number },
  noun: string,
  count: () => Promise<{ count: number; exact: boolean }>,
): Promise<void> {
  if (shown < limit && offset === 0) return
  const total = await count()
  if (total.exact && total.count <= shown) return
  const [from, to] = [offset + 1, offset + shown]
  const numbers = from === to ? [from] : [from, to]
  const which = offset === 0 ? String(shown) : numbers.map((number) => number.toLocaleString('en')).join('–')
  const hasMore = shown === limit && (!total.exact || to < total.count)
  const next = hasMore ? `; the next: --page ${offset / limit + 2}` : ''
  printNote(`${which} of ${totalText(total)} ${noun}${next}`)
}

/** `12`, or `1,000+` where nobody counted on. */
export const totalText = ({ count, exact }: { count: number; exact: boolean }): string =>
  `${count.toLocaleString('en')}${exact ? '' : '+'}`

export type JobQuery = Input<'jobs.list'>
export type RunQuery = Input<'executions.list'>
