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

export const keepScripts = () =>
  keepReading({ scripts: true }, readScripts, (reading) => useScripts.setState(reading))

async function readScripts(): Promise<void> {
  const [scripts, folders] = await Promise.all([
    client.request('scripts.list', {}),
    client.request('scripts.folders', {}),
  ])
  useScripts.setState({ scripts, folder: folders[0]?.path ?? '' })
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
  const read = async () =>
    useReview.setState({ review: await client.request('scripts.review', { script: name }) })
  return keepReading({ scripts: true }, read, (reading) => useReview.setState(reading))
}
