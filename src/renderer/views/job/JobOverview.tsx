import type { Job } from '../../../shared/contract.ts'

export function JobOverview({ job }: { job: Job }) {
  return <p>{job.name}</p>
}
