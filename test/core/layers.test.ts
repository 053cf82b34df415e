import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, 'node_modules/.bin')
const run = promisify(execFile)

/** What a tool prints about the code, if it were the file at that place; an empty text where it has no objection. */
async function objections(tool: 'oxlint' | 'tsc', place: string, code: string): Promise<string> {
  const folder = temporaryFolder()
  mkdirSync(dirname(join(folder, place)), { recursive: true })
  const file = writeFile(folder, place, code)
  const args = tool === 'oxlint' ? lintArguments(folder, file) : typeArguments(folder, place)
  const ended = run(join(BIN, tool), args, { cwd: folder })
  return ended.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  )
}

function lintArguments(folder: string, file: string): string[] {
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  return ['--deny-warnings', file]
}

function typeArguments(folder: string, place: string): string[] {
  const layer = place.split('/')[1]!
  const options = { composite: false, emitDeclarationOnly: false, noEmit: true, rootDir: folder }
  const config = {
    extends: join(ROOT, `src/${layer}/tsconfig.json`),
    compilerOptions: { ...options, typeRoots: [join(ROOT, 'node_modules/@types')] },
    include: [place],
    references: [],
  }
  return ['-p', writeFile(folder, 'tsconfig.json', JSON.stringify(config))]
}

const imports = (module: string, what = '{ something }') => `import ${what} from '${module}'\nsomething()\n`

describe('a file may not import', () => {
  test.each([
    ['src/shared/planted.ts', '../core/index.ts'],
    ['src/shared/planted.ts', 'node:fs'],
    ['src/shared/planted.ts', 'electron'],
    ['src/core/planted.ts', 'electron'],
    ['src/core/planted.ts', '../main/index.ts'],
    ['src/core/planted.ts', '../cli/run.ts'],
    ['src/core/planted.ts', '../renderer/main.tsx'],
    ['src/core/dispatch/planted.ts', 'better-sqlite3'],
    ['src/core/dispatch/planted.ts', 'drizzle-orm'],
    ['src/core/dispatch/planted.ts', 'drizzle-orm/better-sqlite3'],
    ['src/core/dispatch/planted.ts', 'croner'],
    ['src/core/store/planted.ts', 'croner'],
    ['src/core/store/planted.ts', '../../cli/run.ts'],
    ['src/cli/planted.ts', 'electron'],
    ['src/cli/planted.ts', 'better-sqlite3'],
    ['src/cli/planted.ts', '../core/store/store.ts'],
    ['src/cli/planted.ts', '../main/index.ts'],
    ['src/main/planted.ts', '../cli/run.ts'],
    ['src/main/planted.ts', 'better-sqlite3'],
    ['src/main/planted.ts', '../renderer/main.tsx'],
    ['src/preload/planted.ts', '../core/index.ts'],
    ['src/preload/planted.ts', '../shared/contract.ts'],
    ['src/preload/planted.ts', 'zod'],
    ['src/preload/planted.ts', 'node:fs'],
    ['src/renderer/planted.ts', '../core/index.ts'],
    ['src/renderer/planted.ts', '../shared/contract.ts'],
    ['src/renderer/planted.ts', 'electron'],
    ['src/renderer/planted.ts', 'node:fs'],
    ['src/renderer/planted.ts', 'zod'],
  ])('%s: %s', async (place, module) => {
    expect(await objections('oxlint', place, imports(module))).toContain('no-restricted-imports')
  })
})

describe('a file may import', () => {
  test.each([
    ['src/shared/planted.ts', imports('zod')],
    ['src/shared/planted.ts', imports('./fault.ts')],
    ['src/core/planted.ts', imports('../shared/contract.ts')],
    ['src/core/planted.ts', imports('./store/store.ts')],
    ['src/core/store/planted.ts', imports('better-sqlite3')],
    ['src/core/plan/next.ts', imports('croner')],
    ['src/cli/planted.ts', imports('../core/index.ts')],
    ['src/main/planted.ts', imports('electron')],
    ['src/main/planted.ts', imports('../core/index.ts')],
    ['src/preload/planted.ts', imports('electron')],
    ['src/preload/planted.ts', `import type { Job } from '../shared/contract.ts'\nexport type Alias = Job\n`],
    [
      'src/renderer/planted.ts',
      `import type { Job } from '../shared/contract.ts'\nexport type Alias = Job\n`,
    ],
    ['src/renderer/planted.ts', imports('../shared/client.ts')],
  ])('%s: %s', async (place, code) => {
    expect(await objections('oxlint', place, code)).toBe('')
  })
})

describe('the types of a layer leave out', () => {
  test.each([
    ['src/core/planted.ts', 'the page', 'export const title = document.title'],
    ['src/shared/planted.ts', 'the page', 'export const title = document.title'],
    ['src/shared/planted.ts', 'Node', 'export const id = process.pid'],
    ['src/renderer/planted.ts', 'Node', 'export const id = process.pid'],
  ])('%s: %s', async (place, _, code) => {
    expect(await objections('tsc', place, code)).toMatch(/error TS(2304|2580|2584|2591)/)
  })
})
