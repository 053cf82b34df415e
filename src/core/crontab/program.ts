/** The crontab of the user, through the program that keeps it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { Fault } from '../../shared/fault.ts'

/** @throws Fault `not-found` where the user has none, `command-missing` where the system has no cron */
export async function readOwnCrontab(): Promise<string> {
  const { code, output, errors } = await crontab(['-l'], '')
  if (code === 0) return output
  if (/\bno crontab\b/i.test(errors))
    throw new Fault('not-found', 'you have no crontab: name a FILE, or - for standard input')
  throw new Fault('conflict', `crontab -l ended with ${code}: ${errors.trim()}`)
}

/** Puts the text in its place, unless it is no longer what it was when it was read. */
export async function replaceOwnCrontab(before: string, after: string): Promise<void> {
  if ((await readOwnCrontab()) !== before)
    throw new Fault('conflict', 'the crontab was changed meanwhile: try again')
  const { code, errors } = await crontab(['-'], after)
  if (code !== 0) throw new Fault('conflict', `the crontab cannot be written: ${errors.trim()}`)
}

async function crontab(args: string[], input: string) {
  const child = spawn('crontab', args, { env: { ...process.env, LC_ALL: 'C' } })
  child.stdin.on('error', () => {}) // it does not read all of it: its exit code says why
  child.stdin.end(input)
  try {
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ])
    return { code, output, errors }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    throw new Fault(
      'command-missing',
      'there is no program crontab here: name a FILE, or - for standard input',
    )
  }
}
