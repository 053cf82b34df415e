import type { Connection } from './open.ts'

export interface Sample {
  time: number
  cpu: number
  memory: number
}

/** @returns functions over what executions used of the machine */
export function sampleTable({ database }: Connection) {
  const insert = database.prepare(
    'insert or ignore into samples (execution_id, time, cpu, memory) values (?, ?, ?, ?)',
  )
  const list = database.prepare<[number], Sample>(
    'select time, cpu, memory from samples where execution_id = ? order by time',
  )
  return {
    add: (executionId: number, { time, cpu, memory }: Sample) => insert.run(executionId, time, cpu, memory),
    /** Oldest first. */
    list: (executionId: number) => list.all(executionId),
  }
}
