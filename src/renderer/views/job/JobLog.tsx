import type { Job } from '../../../shared/contract.ts'

export function JobLog({ job }: { job: Job }) {
  return <p>{job.name}</p>
}
