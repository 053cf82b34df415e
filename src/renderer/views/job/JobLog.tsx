import { useState } from 'react'
import type { Job } from '../../../shared/contract.ts'
import { ANYTHING, type Query } from '../../state/all-logs.ts'
import { LogSearch } from '../logs/LogSearch.tsx'

/** The log of a job across its runs, newest run first. */
export function JobLog({ job }: { job: Job }) {
  const [query, ask] = useState<Query>({ ...ANYTHING, job: job.id })
  return <LogSearch query={query} ask={ask} key={job.id} />
}
