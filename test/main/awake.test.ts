import { expect, test } from 'vitest'
import { keepAwake } from '../../src/main/awake.ts'
import { gate, openDeck } from '../support/deck.ts'

test('the machine is kept awake from the first run that asks for it to the end of the last', async () => {
  const deck = await openDeck()
  const told: string[] = []
  const next = Promise.withResolvers<void>()
  let changed = next
  const stop = keepAwake(
    deck.client,
    (thrown) => told.push(String(thrown)),
    () => {
      told.push('blocked')
      changed.resolve()
      return () => {
        told.push('released')
        changed.resolve()
      }
    },
  )
  const gates = [gate(), gate(), gate()]
  const [one, other, plain] = await Promise.all(
    gates.map(({ handler }, index) =>
      deck
        .once('in-process', { name: `job ${index}`, ...(index < 2 && { keepAwake: true }) })
        .add(1, handler)
        .start(),
    ),
  )
  await changed.promise
  changed = Promise.withResolvers()
  gates[2]!.end('done')
  await plain![0]!.finished()
  gates[0]!.end('done')
  await one![0]!.finished()
  expect(told).toEqual(['blocked'])
  gates[1]!.end('done')
  await other![0]!.finished()
  await changed.promise
  expect(told).toEqual(['blocked', 'released'])
  stop()
})
