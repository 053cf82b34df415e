import { expect, test } from 'vitest'
import { collect, messages, openDeck } from '../support/deck.ts'

test('a function runs, reports, and leaves its log and result', async () => {
  const deck = await openDeck()
  const job = deck.once('in-process', { name: 'Example job' })
  job.add(1, (execution) => {
    execution.info('Job started')
    return { rows: 12 }
  })
  const [execution] = await job.start()
  const { status, result } = await job.finished()
  expect({ status, result }).toEqual({ status: 'completed', result: { rows: 12 } })
  expect(messages(await collect(execution!.logs()))).toEqual(['Job started'])
})
