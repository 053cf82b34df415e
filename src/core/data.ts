/** The data of a deck for programs: jobs, categories, runs and logs, listed by pages and changed. */
import type { Client } from '../shared/client.ts'
import type {
  Category,
  DeckDocument,
  Execution,
  ExecutionDetail,
  Imported,
  Input,
  Job,
  JobInput,
  LogEntry,
  Output,
} from '../shared/contract.ts'

/** One page of a list, by its number. For lists of any length go by key instead: `after` the last one that was seen. */
export interface Page<T> {
  data: T[]
  /** From 1. */
  page: number
  pageSize: number
  /** As far as was counted: see `total`. */
  pageCount: number
  /** The number of the next page, or null on the last one. */
  next: number | null
  prev: number | null
  /** How many there are in all; beyond a thousand counted only where `exact: true` was asked for. */
  total: number
  totalIsExact: boolean
}

type Query<N extends 'jobs.list' | 'executions.list'> = Omit<Input<N>, 'offset' | 'limit' | 'after'> & {
  /** Counts all, however many there are. */
  exact?: boolean
}

const PAGE_SIZE = 50

/** What can be asked of a deck about its data. Every method rejects with a `Fault` that says what was wrong. */
export class Data {
  /** Every request and event of the deck, as windows and the command line use them. */
  readonly client: Client

  /** @param client of a deck, here or in another process */
  constructor(client: Client) {
    this.client = client
  }

  /**
   * Jobs, by name unless `sort` says otherwise.
   * @param query what they are narrowed down by: text, status, category with all below it, tags, mode, handler, time
   * @param page from 1
   * @param pageSize 1 to 1,000,000
   */
  listJobs(query: Query<'jobs.list'> = {}, page = 1, pageSize = PAGE_SIZE): Promise<Page<Job>> {
    const { list, count } = parts(query, page, pageSize)
    return pageOf(
      this.client.request('jobs.list', list),
      this.client.request('jobs.count', count),
      page,
      pageSize,
    )
  }

  /** @param job its id, key or name, or a beginning of one that fits no other */
  getJob(job: string): Promise<Job> {
    return this.client.request('jobs.get', { job })
  }

  /** Creates a job, or updates the one with the same key. */
  saveJob(job: JobInput): Promise<Job> {
    return this.client.request('jobs.save', job)
  }

  /** Removes jobs with their runs; for a day they can be brought back. */
  removeJobs(jobs: string[]): Promise<Job[]> {
    return this.client.request('jobs.remove', { jobs })
  }

  /** All categories, by path. */
  listCategories(): Promise<Category[]> {
    return this.client.request('categories.list', {})
  }

  /**
   * One category.
   * @param path from the top, `a/b/c`
   */
  getCategory(path: string): Promise<Category> {
    return this.client.request('categories.get', { path })
  }

  /** The category at `a/b/c`; every category on the way that is missing is made. */
  getOrCreateCategory(path: string, description?: string): Promise<Category> {
    return this.client.request('categories.save', { path, ...(description !== undefined && { description }) })
  }

  /** Creates a category, or changes the one at the path; what is not given stays. */
  saveCategory(category: Input<'categories.save'>): Promise<Category> {
    return this.client.request('categories.save', category)
  }

  /** Gives a category another path, with all that is in it. */
  moveCategory(path: string, to: string): Promise<Category> {
    return this.client.request('categories.move', { path, to })
  }

  /** Removes categories with those below them; their jobs go to the nearest one above that stays. */
  removeCategories(paths: string[]): Promise<Category[]> {
    return this.client.request('categories.remove', { paths })
  }

  /** All jobs and categories as a document, or some jobs with the categories that they are in. */
  exportJobs(jobs?: string[]): Promise<DeckDocument> {
    return this.client.request('deck.export', jobs ? { jobs } : {})
  }

  /**
   * Makes jobs, by their keys, and categories what the document says; all of it or nothing.
   * @param options.source the file or folder that it was read from, which manages these jobs from then on
   * @param options.prune removes jobs which that source managed and no longer names
   */
  importJobs(
    document: Input<'deck.import'>['document'],
    options: { dryRun?: boolean; source?: string; prune?: boolean } = {},
  ): Promise<Imported[]> {
    return this.client.request('deck.import', { document, ...options })
  }

  /**
   * Runs, newest first unless `sort` says otherwise.
   * @param query what they are narrowed down by: job, category, status, trigger, mode, text, tags, times, duration
   * @param page from 1
   * @param pageSize 1 to 1,000,000
   */
  listExecutions(
    query: Query<'executions.list'> = {},
    page = 1,
    pageSize = PAGE_SIZE,
  ): Promise<Page<Execution>> {
    const { list, count } = parts(query, page, pageSize)
    return pageOf(
      this.client.request('executions.list', list),
      this.client.request('executions.count', count),
      page,
      pageSize,
    )
  }

  /** One run with its parameters and result, by its number. */
  getExecution(id: number): Promise<ExecutionDetail> {
    return this.client.request('executions.get', { execution: id })
  }

  /** Deletes runs that have ended, with their logs; they are gone for good. Resolves with how many. */
  removeExecutions(ids: number[]): Promise<number> {
    return this.client.request('executions.remove', { executions: ids })
  }

  /** The log of a run, oldest first, by pages; `total` is the number of its last entry. */
  async listLogs(id: number, page = 1, pageSize = 1000): Promise<Page<LogEntry>> {
    const { logCount } = await this.client.request('executions.status', { execution: id })
    const after = (page - 1) * pageSize
    const data = await this.client.request('logs.list', { execution: id, after, through: after + pageSize })
    return pageOf(data, { count: logCount, exact: true }, page, pageSize)
  }
}

/** What is asked for to have a page of a list, and its total, which no order changes. */
function parts<Q extends { exact?: boolean; sort?: string | undefined; descending?: boolean | undefined }>(
  { exact = false, ...query }: Q,
  page: number,
  pageSize: number,
) {
  const { sort: _, descending: __, ...filter } = query
  const list = { ...query, offset: (page - 1) * pageSize, limit: pageSize }
  return { list, count: { ...filter, exact } }
}

async function pageOf<T>(
  list: Promise<T[]> | T[],
  total: Promise<Output<'jobs.count'>> | Output<'jobs.count'>,
  page: number,
  pageSize: number,
): Promise<Page<T>> {
  const [data, { count, exact }] = await Promise.all([list, total])
  const pageCount = Math.max(1, Math.ceil(count / pageSize))
  const hasNext = exact ? page < pageCount : data.length === pageSize
  return {
    data,
    page,
    pageSize,
    pageCount,
    next: hasNext ? page + 1 : null,
    prev: page > 1 ? page - 1 : null,
    total: count,
    totalIsExact: exact,
  }
}
