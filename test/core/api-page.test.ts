import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PAGE, page, undocumented } from '../../scripts/api.ts'

test('docs/api.md says what the docstrings say now; if not: npm run docs:api', async () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(await page())
})

test('nothing public is without a docstring', () => {
  expect(undocumented()).toEqual([])
})
