import { eq, notLike } from 'drizzle-orm'
import type { Connection } from './open.ts'
import { pauses } from './schema.ts'

export type Pause = typeof pauses.$inferSelect

/** What does not run by itself: the whole deck, a category with all below it, a job; or a job that is disabled. */
export type PauseTarget = 'deck' | `category:${number}` | `job:${string}` | `disabled:${string}`

/** @returns functions over what is paused */
export function pauseTable({ database, orm, changes }: Connection) {
  // Every pause begins when it is set: one that begins later was set by a clock that was set back.
  const IN_FORCE = '(paused_until is null or paused_until > :now)'
  const any = database.prepare<[{ now: number }]>(`select 1 from pauses where ${IN_FORCE} limit 1`).pluck()
  const ABOVE = `with recursive above (id, parent_id) as (
       select categories.id, parent_id from jobs join categories on categories.id = category_id where jobs.id = :jobId
       union all
       select categories.id, categories.parent_id from above join categories on categories.id = above.parent_id)
     select target, paused_from as pausedFrom, paused_until as pausedUntil, reason from pauses
     where target in (
       select 'deck' union all select 'job:' || :jobId union all select 'disabled:' || :jobId union all select 'category:' || id from above)`
  const ofJob = database.prepare<[{ jobId: string; now: number }], Pause>(
    `${ABOVE} and ${IN_FORCE} order by target = 'deck' desc limit 1`,
  )
  const allOfJob = database.prepare<[{ jobId: string }], Pause>(
    `${ABOVE} order by target not like 'disabled:%'`,
  )
  const some = database.prepare<[]>('select 1 from pauses limit 1').pluck()
  const isAnyOver = database
    .prepare<[number]>('select 1 from pauses where paused_until <= cast(? as integer) limit 1')
    .pluck()
  const expire = database
    .prepare<[{ now: number }], PauseTarget>(
      `delete from pauses where paused_until <= :now
         and not exists (select 1 from plans indexed by plans_due where due_at is not null and due_at <= :now)
       returning target`,
    )
    .pluck()
  const every = database.prepare<[], { target: string; until: number | null }>(
    'select target, paused_until as until from pauses',
  )
  const parents = database.prepare<[], { id: number; parentId: number | null }>(
    'select id, parent_id as parentId from categories',
  )
  const nextChange = database
    .prepare<[number]>('select min(paused_until) from pauses where paused_until > ?')
    .pluck()
  const takeBack = database.prepare<[{ now: number }]>(
    'update pauses set paused_from = :now where paused_from > :now',
  )
  /** Jobs below what is paused, or was, are shown otherwise. */
  const tell = (target: PauseTarget) => changes.job(/^(?:job|disabled):(.*)$/.exec(target)?.[1])

  return {
    /** Paused from `pausedFrom` until `pausedUntil`, or until it is resumed. An earlier pause is replaced. */
    set(pause: Pause & { target: PauseTarget }): void {
      orm.insert(pauses).values(pause).onConflictDoUpdate({ target: pauses.target, set: pause }).run()
      tell(pause.target)
    },
    /** False where it was not paused. */
    resume(target: PauseTarget): boolean {
      if (orm.delete(pauses).where(eq(pauses.target, target)).run().changes === 0) return false
      tell(target)
      return true
    },
    /** Forgets those that have ended by themselves, once all that came due in them has its place in the ledger. */
    expire(now: number): void {
      if (isAnyOver.get(now) === undefined) return
      for (const target of expire.all({ now })) tell(target)
    },
    /** Lets those that were set by a clock that was ahead begin now. */
    takeBack: (now: number) => void takeBack.run({ now }),
    /** Whether anything at all is paused. */
    any: (now: number): boolean => any.get({ now }) !== undefined,
    /** What keeps the job from running: its own pause, that of a category above it, or that of the deck. */
    ofJob: (jobId: string, now: number): Pause | undefined =>
      any.get({ now }) === undefined ? undefined : ofJob.get({ jobId, now }),
    /** Those that apply to the job, over or not: what came due in them is looked at later. */
    allOfJob: (jobId: string): Pause[] => (some.get() === undefined ? [] : allOfJob.all({ jobId })),
    /**
     * Looks once at all pauses.
     * @returns the function that tells when a job is not paused any more, as it stands now: -Infinity where it is not,
     *   Infinity where nobody has said
     */
    resumptions(): (job: { jobId: string; categoryId: number | null }) => number {
      const untils = new Map(every.all().map(({ target, until }) => [target, until ?? Infinity]))
      if (untils.size === 0) return () => -Infinity
      const above = new Map(parents.all().map(({ id, parentId }) => [id, parentId]))
      return ({ jobId, categoryId }) => {
        const targets: PauseTarget[] = ['deck', `job:${jobId}`, `disabled:${jobId}`]
        for (let id = categoryId; id !== null; id = above.get(id)!) targets.push(`category:${id}`)
        return Math.max(...targets.map((target) => untils.get(target) ?? -Infinity))
      }
    },
    find: (target: PauseTarget) => orm.select().from(pauses).where(eq(pauses.target, target)).get(),
    /** All but those that stand for a job that is disabled. */
    list: () => orm.select().from(pauses).where(notLike(pauses.target, 'disabled:%')).all(),
    /** When the next pause ends by itself, or null. */
    nextChange: (now: number) => nextChange.get(now) as number | null,
  }
}
