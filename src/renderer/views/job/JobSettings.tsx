import type { Job } from '../../../shared/contract.ts'

export function JobSettings({ job }: { job: Job }) {
  return <p>{job.name}</p>
}
