import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileOf, headersOf } from '../../src/main/pages.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

function site() {
  const root = temporaryFolder()
  writeFile(root, 'secret', 'not to be read')
  const folder = join(root, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  for (const name of ['index.html', 'assets/a b.js', '100%.css']) writeFile(folder, name, '')
  symlinkSync(join(root, 'secret'), join(folder, 'link'))
  symlinkSync(root, join(folder, 'out'))
  return folder
}

test.each([
  ['app://jobdeck/', 'index.html'],
  ['app://jobdeck/#/runs/1', 'index.html'],
  ['app://jobdeck/assets/a%20b.js?x=1', 'assets/a b.js'],
  ['app://jobdeck/100%25.css', '100%.css'],
])('%s is a page', (address, name) => {
  const folder = site()
  expect(fileOf(folder, address)).toBe(join(folder, name))
})

test.each([
  'app://jobdeck/../secret',
  'app://jobdeck/..%2fsecret',
  'app://jobdeck/%2e%2e/secret',
  'app://jobdeck/%2e%2e%2fsecret',
  'app://jobdeck/%252e%252e%252fsecret',
  'app://jobdeck/..%5csecret',
  'app://jobdeck/assets/../../secret',
  'app://jobdeck//etc/passwd',
  'app://jobdeck/%2fetc%2fpasswd',
  'app://jobdeck/file:///etc/passwd',
  'app://jobdeck/link',
  'app://jobdeck/out/secret',
  'app://jobdeck/index.html%00.js',
  'app://jobdeck/%',
  'app://jobdeck/assets',
  'app://other/index.html',
  'file:///etc/passwd',
  'https://jobdeck/index.html',
  'no address',
])('%s leads nowhere', (address) => {
  expect(fileOf(site(), address)).toBeUndefined()
})

test('every answer forbids what is not of the application, and has its type', () => {
  const headers = headersOf('/x/main.js')
  expect(headers['Content-Type']).toContain('text/javascript')
  expect(headers['Content-Security-Policy']).toContain("default-src 'none'")
  expect(headers['Content-Security-Policy']).not.toMatch(/unsafe|https?:|\*/)
})
