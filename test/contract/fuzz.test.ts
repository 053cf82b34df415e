import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bridge } from '../../src/shared/client.ts'
import { contract, type RequestName } from '../../src/shared/contract.ts'
import { inputOf } from '../support/arbitrary.ts'
import { RUNS, SEED, ask, confine, smallDeck } from '../support/fuzzing.ts'
import { throughMemory, throughSocket, throughWeb } from '../support/transports.ts'

/** It takes nothing, so that all inputs are the same, and reads the whole of the database each time. */
const RUNS_OF: Partial<Record<RequestName, number>> = { 'deck.health': 20 }
const ROUTES = Object.keys(contract) as RequestName[]

describe.each(ROUTES)(`%s (seed ${SEED})`, (name) => {
  const valid = inputOf(contract[name].input)

  test('takes whatever its own schema takes', async () => {
    const runs = RUNS_OF[name] ?? RUNS
    const codes = await ask(name, valid, throughMemory, runs)
    expect(codes['invalid-input'] ?? 0).toBeLessThan(runs)
  }, 120_000)

  test('asks and answers the same through every transport', async () => {
    const { folder, bridge } = await smallDeck()
    let asked: unknown
    let answered: unknown
    const recorded: Bridge = {
      ...bridge,
      async request(route, input) {
        asked = input
        const reply = await bridge.request(route, input)
        answered = reply
        return reply
      },
    }
    const transports = [throughMemory(recorded), await throughSocket(recorded), await throughWeb(recorded)]
    await fc.assert(
      fc.asyncProperty(valid, fc.constantFrom(...transports), async (made, transport) => {
        const input = confine(folder, name, made)
        const reply = await transport.request(name, input)
        expect(asked).toEqual(input)
        expect(reply).toEqual(answered)
        expect(JSON.parse(JSON.stringify(answered))).toEqual(reply)
      }),
      { numRuns: Math.ceil(RUNS / 20), seed: SEED, endOnFailure: true },
    )
  }, 120_000)
})
