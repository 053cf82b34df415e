/** A crontab as a document of jobs. */
import { homedir } from 'node:os'
import { contract, type Output } from '../../shared/contract.ts'
import { jobsOf } from './jobs.ts'
import { readCrontab } from './lines.ts'
import { readOwnCrontab } from './program.ts'

/**
 * @param text the crontab of the user, if not given
 * @throws Fault `not-found` where the user has none, `command-missing` where the system has no cron
 */
export async function readJobs(text: string | undefined): Promise<Output<'crontab.read'>> {
  const { entries, remarks, problems } = readCrontab(text ?? (await readOwnCrontab()), false)
  const read = contract['deck.export'].output
  const document = read.parse({ jobdeck: 1 })
  for (const { line, job } of jobsOf(entries, homedir())) {
    const { data, error } = read.safeParse({ jobdeck: 1, jobs: [job] })
    if (data) document.jobs.push(...data.jobs)
    else problems.push({ line, message: error.issues[0]!.message })
  }
  return { document, remarks, problems }
}
