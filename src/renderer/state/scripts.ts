import { create } from 'zustand'
import type { Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { UNREAD, keepReading, type Reading } from './reading.ts'

export type Script = Output<'scripts.get'>
export type Review = Output<'scripts.review'>

interface ScriptsState extends Reading {
  scripts: Script[]
  folder: string
}

/** The scripts of all folders, as they are now. */
export const useScripts = create<ScriptsState>(() => ({ ...UNREAD, scripts: [], folder: '' }))

export const keepScripts = () => keepReading(useScripts, { scripts: true }, readScripts)

async function readScripts(): Promise<Partial<ScriptsState>> {
  const [scripts, folders] = await Promise.all([
    client.request('scripts.list', {}),
    client.request('scripts.folders', {}),
  ])
  return { scripts, folder: folders[0]?.path ?? '' }
}

/** Whether somebody has to look at it before it runs. */
export const isWaiting = ({ state }: Script): boolean => state === 'new' || state === 'changed'

interface ReviewState extends Reading {
  review: Review | null
}

/** The script that is looked at, with its code. */
export const useReview = create<ReviewState>(() => ({ ...UNREAD, review: null }))

export function keepReview(name: string): () => void {
  useReview.setState({ ...UNREAD, review: null })
  return keepReading(useReview, { scripts: true }, async () => ({
    review: await client.request('scripts.review', { script: name }),
  }))
}
