/** Three jobs to begin with. Their scripts come with the window, and lie in the scripts folder once one is added. */
import countdown from '../../examples/first/countdown.js?raw'
import diskSpace from '../../examples/first/disk-space.js?raw'
import largeFiles from '../../examples/first/large-files.js?raw'
import type { Job } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { client } from './client.ts'

export const EXAMPLES = [
  { name: 'countdown', text: countdown },
  { name: 'disk-space', text: diskSpace },
  { name: 'large-files', text: largeFiles },
] as const

export type Example = (typeof EXAMPLES)[number]

/** Writes the script, which approves it, and makes a job of it. What is there under that name already is left alone. */
export async function addExample({ name, text }: Example, title: string): Promise<Job> {
  const script = `${name}.js`
  try {
    await client.request('scripts.write', { script, text, isNew: true })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'conflict') throw thrown
  }
  return client.request('jobs.save', { name: title, handlers: [{ handler: { script } }] })
}
