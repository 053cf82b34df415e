/** When a job runs by itself, for people. */
import type { Job, Output } from '../shared/contract.ts'
import type { MISSED, OVERLAPS, Schedule } from '../shared/schedule.ts'
import { facts, section } from './facts.ts'
import { duration, print, styled } from './terminal.ts'
import { zonedTime } from './when.ts'

type Bounds = Partial<Extract<Schedule, { cron: string }>>

const STOPPED = {
  stopped: 'it was stopped',
  completed: 'it has completed, and is started again on failure alone',
  'keeps-crashing': 'it keeps crashing',
} as const

const MISSED_WORDS: Record<(typeof MISSED)[number], string> = {
  skip: 'times that were missed are let pass',
  latest: 'it runs once for all times that were missed',
  all: 'it runs for each time that was missed',
  ask: 'times that were missed wait for an answer: jobdeck missed',
}

const OVERLAP_WORDS: Record<(typeof OVERLAPS)[number], string> = {
  skip: 'a time that comes while a run is open is let pass',
  queue: 'a time that comes while a run is open waits, one at most',
  'queue-all': 'each time that comes while a run is open waits',
  replace: 'a time that comes while a run is open ends it',
  allow: 'runs may be open at the same time',
}

/** @param words the schedule; null where there is none */
export function showSchedule(job: Job, words: string | null, policy: Output<'jobs.policy'>): void {
  if (words === null || !job.schedule) return section('Schedule', 'It runs when it is started.')
  const valueOf = <T>(field: string, usual: T) =>
    (policy.find((each) => each.field === field)?.value as T | undefined) ?? usual
  const isDaemon = 'daemon' in job.schedule
  const bounds: Bounds = 'cron' in job.schedule || 'every' in job.schedule ? job.schedule : {}
  const { quiet = [], skip = [], from, until, jitter } = bounds
  print(`\n${styled('dim', 'Schedule')}`)
  facts({
    When: words,
    Next: job.next && zonedTime(job.next.at),
    From: from && zonedTime(from),
    Until: until && zonedTime(until),
    Jitter: jitter && `put off by up to ${duration(jitter)}`,
    Quiet: quiet.map(({ from, to, days }) => `${days ? `${days.join(',')} ` : ''}${from}-${to}`).join('; '),
    'Left out': skip.join(', '),
    Stopped: job.stopped && `${STOPPED[job.stopped]}: jobdeck restart ${job.id}`,
    Restart: isDaemon ? valueOf<string>('restart', 'always') : null,
    Missed: isDaemon ? null : MISSED_WORDS[valueOf<(typeof MISSED)[number]>('missed', 'latest')],
    Overlap: isDaemon ? null : OVERLAP_WORDS[valueOf<(typeof OVERLAPS)[number]>('overlap', 'skip')],
  })
}
