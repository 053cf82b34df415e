import type { Connection } from './open.ts'

/** @returns functions over what executions tell of themselves, as Markdown */
export function summaryTable({ database }: Connection) {
  const set = database.prepare(
    `insert into summaries (execution_id, text) values (?, ?)
     on conflict (execution_id) do update set text = excluded.text`,
  )
  const get = database.prepare<[number]>('select text from summaries where execution_id = ?').pluck()
  return {
    set: (executionId: number, text: string) => void set.run(executionId, text),
    get: (executionId: number) => (get.get(executionId) ?? null) as string | null,
  }
}
