/** What is shown beside the log of a run, and is read apart from it. */
import { useEffect, useState } from 'react'
import type { Execution, ExecutionDetail, Output } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { useConnection } from './connection.ts'

export interface RunExtras {
  /** All attempts, the first one first. */
  chain: Execution[]
  summary: string | null
  artifacts: Output<'artifacts.list'>
  samples: Output<'executions.samples'>
}

const NOTHING: RunExtras = { chain: [], summary: null, artifacts: [], samples: [] }
/** How often it is read again while the run goes on, in ms. */
const AGAIN = 5000
/** So many attempts before and after are shown. */
const MOST_ATTEMPTS = 20

/** Read anew when the run ends or is tried again, and from time to time while it goes on. */
export function useRunExtras(run: ExecutionDetail): RunExtras {
  const [extras, setExtras] = useState(NOTHING)
  const isOpen = run.endedAt === null
  const connection = useConnection((state) => state.connection) // what was lost with it is read again
  useEffect(() => {
    let isOver = false
    const read = async () => {
      const found = await readExtras(run).catch(() => undefined)
      if (found && !isOver) setExtras(found)
    }
    void read()
    const timer = isOpen ? setInterval(() => document.hidden || read(), AGAIN) : undefined
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [run.id, run.status, run.retryId, isOpen, connection])
  return extras
}

async function readExtras(run: ExecutionDetail): Promise<RunExtras> {
  const execution = run.id
  const [chain, summary, artifacts, samples] = await Promise.all([
    readChain(run),
    client.request('executions.summary', { execution }),
    client.request('artifacts.list', { execution }),
    client.request('executions.samples', { execution }),
  ])
  return { chain, summary, artifacts, samples }
}

async function readChain(run: ExecutionDetail): Promise<Execution[]> {
  const chain: Execution[] = [run]
  const read = (execution: number) =>
    // One that was deleted meanwhile ends the chain.
    client.request('executions.get', { execution }).catch(() => undefined)
  for (let id = run.parentId; id !== null && chain.length < MOST_ATTEMPTS;) {
    const before = await read(id)
    if (before) chain.unshift(before)
    id = before?.parentId ?? null
  }
  for (let id = run.retryId; id !== null && chain.length < 2 * MOST_ATTEMPTS;) {
    const after = await read(id)
    if (after) chain.push(after)
    id = after?.retryId ?? null
  }
  return chain
}
