import { statSync } from 'node:fs'
import type { FinalStatus, Output, Status } from '../../shared/contract.ts'
import { durationOf } from './changes.ts'
import { Conditions } from './conditions.ts'
import { jobConditions, type JobFilter } from './job-list.ts'
import type { Connection } from './open.ts'

const HOUR = 3_600_000

export interface StatisticsQuery extends JobFilter {
  jobId?: string | undefined
  from: number
  to: number
  /** Of days and hours of the day, in minutes east of UTC. */
  zoneOffset: number
}

interface Row {
  day: number
  status: FinalStatus
  bucket: number
  count: number
  duration: number
}

/** Ends that say how well a job does; what somebody stopped says nothing of it. */
const JUDGED: readonly FinalStatus[] = ['completed', 'failed', 'timeout', 'killed', 'interrupted']

/** @returns functions over the numbers that are kept with each change */
export function statisticsTable({ database, file }: Connection) {
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const pragma = (name: string) => database.pragma(name, { simple: true }) as number
  const logBytes = database.prepare('select coalesce(sum(log_bytes), 0) from sizes').pluck()
  const artifactBytes = database.prepare('select coalesce(sum(artifact_bytes), 0) from sizes').pluck()
  const largest = database.prepare<[number], Output<'deck.sizes'>['jobs'][number]>(
    `select jobs.id, jobs.name, log_bytes as logBytes, artifact_bytes as artifactBytes
     from sizes join jobs on jobs.id = job_id
     where log_bytes + artifact_bytes > 0 order by log_bytes + artifact_bytes desc limit ?`,
  )

  return {
    /** How runs ended between two times, by whole hours. */
    endings({ jobId, from, to, zoneOffset, ...filter }: StatisticsQuery): Output<'statistics.get'> {
      const conditions = new Conditions()
        .add('hour >= ?', Math.floor(from / HOUR))
        .add('hour <= ?', Math.floor(to / HOUR))
        .add('job_id = ?', jobId)
      const isOfSome = filter.category !== undefined || Boolean(filter.text || filter.tags?.length)
      if (isOfSome) {
        const jobs = jobConditions(filter)
        conditions.add(`job_id in (select jobs.id from jobs where ${jobs.text})`, ...jobs.values)
      }
      const table = isOfSome || jobId !== undefined ? 'endings' : 'deck_endings'
      const source = `from ${table} where ${conditions.text}`
      const shift = zoneOffset / 60
      const rows = database
        .prepare<unknown[], Row>(
          `select floor((hour + ?) / 24) as day, status, bucket, sum(count) as count, sum(duration) as duration
           ${source} group by day, status, bucket`,
        )
        .all(shift, ...conditions.values)
      const byHour = database
        .prepare<unknown[], { hour: number; count: number }>(
          `select floor(hour + ?) as hour, sum(count) as count ${source} group by hour`,
        )
        .all(shift, ...conditions.values)
      const hours = Array.from({ length: 24 }, () => 0)
      for (const { hour, count } of byHour) hours[((hour % 24) + 24) % 24]! += count
      const byDay = Map.groupBy(rows, ({ day }) => day)
      return {
        ...summary(rows),
        days: [...byDay].map(([day, of]) => ({ from: (day * 24 - shift) * HOUR, ...summary(of) })),
        hours,
      }
    },

    /** How large the deck is, and which jobs log most. In bytes. */
    sizes(limit: number): Output<'deck.sizes'> {
      return {
        database: size(file),
        writeAheadLog: size(`${file}-wal`),
        free: pragma('freelist_count') * pragma('page_size'),
        logs: logBytes.get() as number,
        artifacts: artifactBytes.get() as number,
        jobs: largest.all(limit),
      }
    },
  }
}

/** What rows come to: how many of each end, how many did well, and how long those that completed took. */
function summary(rows: Row[]) {
  const ended: Partial<Record<Status, number>> = {}
  for (const { status, count } of rows) ended[status] = (ended[status] ?? 0) + count
  const judged = JUDGED.reduce((sum, status) => sum + (ended[status] ?? 0), 0)
  const completed = rows.filter(({ status, bucket }) => status === 'completed' && bucket >= 0)
  const count = completed.reduce((sum, row) => sum + row.count, 0)
  const total = completed.reduce((sum, row) => sum + row.duration, 0)
  return {
    ended,
    successRate: judged === 0 ? null : (ended.completed ?? 0) / judged,
    duration:
      count === 0
        ? null
        : {
            mean: Math.round(total / count),
            p50: percentile(completed, count, 0.5),
            p90: percentile(completed, count, 0.9),
            p99: percentile(completed, count, 0.99),
          },
  }
}

/** The duration in ms that this part of them does not exceed, to a tenth. */
function percentile(rows: Row[], count: number, part: number): number {
  let left = Math.ceil(count * part)
  for (const { bucket, count: of } of rows.toSorted((a, b) => a.bucket - b.bucket)) {
    left -= of
    if (left <= 0) return durationOf(bucket)
  }
  return 0
}
