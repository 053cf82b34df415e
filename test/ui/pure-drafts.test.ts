/** Drafts that were kept by any version of the program. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY, inputOf, wrongsOf, type Draft } from '../../src/renderer/views/editor/draft.ts'
import { restored } from '../../src/renderer/views/editor/restored.ts'
import { NO_WHEN } from '../../src/renderer/views/editor/when.ts'

const NOW: Draft = { ...EMPTY, script: 'a.py', when: { ...NO_WHEN, preset: 'day', time: '07:00' } }

test('what fits is taken field by field, and the rest is as it would be without', () => {
  expect(restored(undefined, NOW)).toEqual(NOW)
  const kept = {
    name: 'kept',
    kind: 'gone',
    when: { amount: '20', preset: 'yearly' },
    policy: [],
    variables: [{}],
  }
  expect(restored(kept, NOW)).toEqual({ ...NOW, name: 'kept', when: { ...NOW.when, amount: '20' } })
})

test('a draft is the same after it was kept', () => {
  const draft: Draft = {
    ...NOW,
    kind: 'command',
    params: { a: [1, { b: null }] },
    paramsText: '{',
    policy: { timeout: '5m' },
    variables: [{ name: 'A', value: 'b', isSecret: true }],
    when: {
      ...NOW.when,
      anchor: 5,
      exact: { from: 1 },
      quiet: [{ from: '1', to: '2', days: ['sat'] }],
      skip: ['x'],
    },
  }
  for (const each of [EMPTY, NOW, draft])
    expect(restored(JSON.parse(JSON.stringify(each)), EMPTY)).toEqual(each)
})

test('whatever was kept, it can be looked at', () => {
  const fields = fc.constantFrom(...Object.keys(EMPTY), ...Object.keys(NO_WHEN))
  const inner = fc.dictionary(fields, fc.jsonValue())
  const kept = fc.dictionary(fields, fc.oneof(fc.jsonValue(), inner))
  fc.assert(
    fc.property(fc.oneof(kept, fc.jsonValue()), (given) => {
      const draft = restored(given, NOW)
      expect(Object.keys(draft).toSorted()).toEqual(Object.keys(EMPTY).toSorted())
      wrongsOf(draft, inputOf(draft, null, 'x'))
    }),
  )
})
