/** Saves a job, and knows the way back. */
import type { JobInput } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { takeJob } from '../../state/jobs.ts'
import { linkTo } from '../../state/route.ts'

/** @returns where it is to be seen */
export async function saveJob(input: JobInput): Promise<string> {
  const saved = await client.request('jobs.save', input)
  await takeJob(saved)
  return linkTo.job(saved.id)
}

/** @returns where the run is to be seen */
export async function saveAndRun(input: JobInput): Promise<string> {
  const [run] = await client.request('jobs.run', { job: input })
  return run ? linkTo.run(run.id) : linkTo.jobs
}

/** The number of the latest version of a job; 0 where none is kept. */
export async function latestVersion(job: string): Promise<number> {
  const [latest] = await client.request('versions.list', { job })
  return latest?.number ?? 0
}

/**
 * The way back to what a job was before it was saved. There is none where saving changed nothing: the version before
 * the latest is then what somebody else, or an earlier edit, has replaced.
 * @param number that of the latest version as it was before
 */
export async function wayBack(job: string, number: number): Promise<(() => Promise<unknown>) | undefined> {
  // It is saved: that the versions cannot be read takes away the way back, and nothing else.
  const latest = await latestVersion(job).catch(() => 0)
  if (number === 0 || latest <= number) return undefined
  return async () => takeJob(await client.request('versions.restore', { job, number }))
}
