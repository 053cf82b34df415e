/** Whether a module parses, and finds what it imports. Nothing is written, and none of it runs. */
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { build, type BuildFailure, type ImportKind, type Message, type Plugin } from 'esbuild'
import type { Finding, Policy } from '../../shared/contract.ts'
import { shellQuoted } from './examine-text.ts'
import { moduleMetadata } from './metadata.ts'

export async function examineModule(file: string): Promise<{ findings: Finding[]; defaults: Policy }> {
  const missing = new Map<string, ImportKind>()
  const built = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'module.mjs',
    absWorkingDir: dirname(file),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [noteMissing(missing)],
    logLevel: 'silent',
  }).catch((thrown: BuildFailure) => thrown)
  const packages = examineImports(file, missing)
  if ('errors' in built && !('metafile' in built && built.metafile)) {
    const errors = built.errors ?? []
    const findings = errors.length > 0 ? errors.map((error) => syntax(file, error)) : [unknown(file, built)]
    return { findings: [...findings, ...packages], defaults: {} }
  }
  const [output] = Object.values((built as Awaited<ReturnType<typeof build>>).metafile!.outputs)
  const loader = /ts$/i.test(extname(file)) ? 'ts' : 'js'
  const { title, warnings, defaults } = await moduleMetadata(await readFile(file, 'utf8'), loader)
  const findings: Finding[] = warnings.map((message) => ({
    check: 'script',
    state: 'warning',
    message,
    mend: 'Mend or remove it.',
  }))
  if (!output?.exports.includes('default')) {
    const message = 'it has no default export'
    const mend = 'Export the function to run: export default async function (execution) { … }'
    findings.push({ check: 'script', state: 'problem', message, mend })
  } else if (findings.length === 0) {
    const message =
      title === undefined ? 'it has no title of its own' : `it is called ${JSON.stringify(title)}`
    findings.push({ check: 'script', state: 'ok', message, mend: null })
  }
  return { findings: [...findings, ...packages], defaults }
}

function syntax(file: string, { text, location }: Message): Finding {
  const at = location
    ? `${join(dirname(file), location.file)}:${location.line}:${location.column + 1}: `
    : `${file}: `
  return {
    check: 'syntax',
    state: 'problem',
    message: at + text,
    mend: 'Mend that line: nothing of the script runs until then.',
  }
}

const unknown = (file: string, thrown: unknown): Finding => ({
  check: 'syntax',
  state: 'problem',
  message: `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  mend: null,
})

const BUILT_IN = new Set(builtinModules)

/** Notes the packages that are not found, and goes on without them. */
const noteMissing = (missing: Map<string, ImportKind>): Plugin => ({
  name: 'note-missing',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, external: true }))
    onResolve({ filter: /^[^./\\]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === missing || kind === 'entry-point' || /^[A-Za-z]:[\\/]/.test(path)) return undefined
      const outside = { path, external: true }
      if (path === 'jobdeck' || path.includes(':') || BUILT_IN.has(path)) return outside
      const found = await resolve(path, { kind, resolveDir, pluginData: missing })
      const name = packageOf(path)
      if (found.errors.length > 0 && missing.get(name) !== 'import-statement') missing.set(name, kind)
      return outside
    })
  },
})

/** `a/b` is of the package `a`, `@a/b/c` of `@a/b`. */
const packageOf = (path: string) => path.split('/', path.startsWith('@') ? 2 : 1).join('/')

function examineImports(file: string, missing: Map<string, ImportKind>): Finding[] {
  const { folder, dependencies } = nearestManifest(dirname(file))
  const where = folder ?? dirname(file)
  const listed = new Set(dependencies)
  if (missing.size === 0) {
    if (listed.size === 0 || hasPackages(where)) return []
    const message = `${where} lists packages, and has no node_modules`
    return [{ check: 'packages', state: 'warning', message, mend: `cd ${shellQuoted(where)} && npm install` }]
  }
  const names = [...missing.keys()]
  const unlisted = names.filter((name) => !listed.has(name))
  const command = ['npm install', ...unlisted.map(shellQuoted)].join(' ')
  return [
    {
      check: 'packages',
      // What is only required or imported later may be meant to be missing.
      state: [...missing.values()].includes('import-statement') ? 'problem' : 'warning',
      message: `packages that it imports are not installed: ${names.join(', ')}`,
      mend: `cd ${shellQuoted(where)} && ${command}`,
    },
  ]
}

function nearestManifest(start: string): { folder?: string; dependencies: string[] } {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest)) return { folder, dependencies: dependenciesIn(manifest) }
    if (folder === dirname(folder)) return { dependencies: [] }
  }
}

function dependenciesIn(manifest: string): string[] {
  try {
    const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object }
    return Object.keys(dependencies ?? {})
  } catch {
    return [] // npm says what is wrong with it
  }
}

/** Workspaces keep them further up, and Yarn in one file. */
function hasPackages(start: string): boolean {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules')) || existsSync(join(folder, '.pnp.cjs'))) return true
    if (folder === dirname(folder)) return false
  }
}
