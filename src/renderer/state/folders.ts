import { create } from 'zustand'
import type { Category } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, tellsOfJobs, type Reading } from './reading.ts'

/** In ms: folders seldom change, jobs all the time. */
const PACE = 1000

interface FoldersState extends Reading {
  folders: Category[]
}

/** The folders of jobs, by path. */
export const useFolders = create<FoldersState>(() => ({ ...UNREAD, folders: [] }))

export const keepFolders = () =>
  keepReading(
    useFolders,
    { jobs: {} },
    async (batch) =>
      tellsOfJobs(batch) ? { folders: await client.request('categories.list', {}) } : undefined,
    PACE,
  )

/** How many jobs are in the folder and below it. */
export const jobsBelow = (folders: Category[], path: string): number =>
  folders
    .filter((folder) => folder.path === path || folder.path.startsWith(`${path}/`))
    .reduce((sum, { jobs }) => sum + jobs, 0)

/** Those to show in a tree in which only the way to `chosen`, and what is right in it, is open. */
export function openFolders(folders: Category[], chosen: string | null): Category[] {
  const isAbove = (parent: string) => chosen === parent || (chosen?.startsWith(`${parent}/`) ?? false)
  return folders.filter(({ path }) => {
    const parent = path.split('/').slice(0, -1).join('/')
    return parent === '' || isAbove(parent)
  })
}
