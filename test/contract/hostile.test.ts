import { describe, test } from 'vitest'
import { contract, type RequestName } from '../../src/shared/contract.ts'
import { inputOf } from '../support/arbitrary.ts'
import { RUNS, SEED, ask } from '../support/fuzzing.ts'
import { hostileTo } from '../support/hostile.ts'
import { throughMemory, throughSocket, throughWeb } from '../support/transports.ts'

const ROUTES = Object.keys(contract) as RequestName[]

describe.each(ROUTES)(`%s (seed ${SEED})`, (name) => {
  const valid = inputOf(contract[name].input)

  test('refuses hostile input by the name of the field, and stores nothing of it', async () => {
    await ask(name, hostileTo(valid, false), throughMemory, RUNS / 2)
  }, 120_000)

  test('refuses it over a socket too', async () => {
    await ask(name, hostileTo(valid, true), throughSocket, RUNS / 2)
  }, 120_000)

  test('refuses it over a WebSocket too', async () => {
    await ask(name, hostileTo(valid, true), throughWeb, RUNS / 10)
  }, 120_000)
})
