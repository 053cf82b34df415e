import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type BuildFailure, type Plugin } from 'esbuild'
import { diskFault } from '../disk.ts'
import { libraryUrl } from '../entry.ts'
import { Fault } from '../../shared/fault.ts'

/** Where the bundled code with this digest lies. */
export const codeFile = (codeFolder: string, digest: string) => join(codeFolder, `${digest}.mjs`)

/**
 * Bundles a module with its relative imports into one file, named by its digest: so the bytes that were looked at
 * are the bytes that run, and an edit does not reach a run that was queued before it.
 * Packages are not bundled; they are found from where the original lies.
 * @returns the digest
 * @throws Fault `handler-syntax` with line and column, `handler-unsuitable`, `disk-full`
 */
export async function bundleModule(file: string, codeFolder: string): Promise<string> {
  const url = pathToFileURL(file).href
  const result = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    // Not written here; source maps name the originals relative to it.
    outfile: join(codeFolder, 'module.mjs'),
    absWorkingDir: dirname(file),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['node-addons'],
    sourcemap: 'inline',
    sourcesContent: false,
    define: {
      'import.meta.url': JSON.stringify(url),
      'import.meta.filename': JSON.stringify(file),
      'import.meta.dirname': JSON.stringify(dirname(file)),
      __filename: JSON.stringify(file),
      __dirname: JSON.stringify(dirname(file)),
    },
    // What CommonJS code requires is found from its own place, not from that of the bundle.
    banner: {
      js: `globalThis.require ??= process.getBuiltinModule('module').createRequire(${JSON.stringify(url)});`,
    },
    plugins: [packagesStayOutside],
    logLevel: 'silent',
  }).catch((thrown: BuildFailure) => {
    throw syntaxFault(file, thrown)
  })
  const [output] = Object.values(result.metafile.outputs)
  if (!output?.exports.includes('default')) {
    throw new Fault(
      'handler-unsuitable',
      `${file} has no default export: export the function to run, as in "export default async function (execution) { … }"`,
      { data: { file } },
    )
  }
  const code = result.outputFiles[0]!.contents
  const digest = createHash('sha256').update(code).digest('hex')
  await keep(codeFile(codeFolder, digest), code)
  return digest
}

/** Written beside and renamed, so that no other process ever sees half of it. */
async function keep(path: string, code: Uint8Array): Promise<void> {
  const now = new Date()
  // The time says that somebody wants it: the sweep leaves young files alone.
  const isThere = await utimes(path, now, now).then(
    () => true,
    () => false,
  )
  if (isThere) return
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(draft, code)
    await rename(draft, path)
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => {}) // what it could not be written for matters more
    throw diskFault(thrown, `${path} cannot be written`)
  }
}

/**
 * Whether the stored code is what its name says.
 * @throws Fault `handler-missing`, `handler-unsuitable`
 */
export async function checkCode(codeFolder: string, digest: string): Promise<string> {
  const path = codeFile(codeFolder, digest)
  const code = await readFile(path).catch((thrown: unknown) => {
    throw new Fault('handler-missing', `the stored code of the script is gone: ${path}`, { cause: thrown })
  })
  if (createHash('sha256').update(code).digest('hex') === digest) return path
  throw new Fault('handler-unsuitable', `the stored code of the script was changed: ${path}`)
}

const BUILT_IN = new Set(builtinModules)

const packagesStayOutside: Plugin = {
  name: 'packages-stay-outside',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      external: true,
    }))
    // A bare name: neither relative nor absolute, on any platform. (The filter is Go's, which cannot look ahead.)
    onResolve({ filter: /^[^./\\]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === packagesStayOutside || kind === 'entry-point' || /^[A-Za-z]:[\\/]/.test(path))
        return undefined
      if (path === 'jobdeck') return { path: libraryUrl().href, external: true }
      if (path.includes(':') || BUILT_IN.has(path)) return { path, external: true }
      if (kind === 'require-call' || kind === 'require-resolve') return { path, external: true }
      const found = await resolve(path, { kind, resolveDir, pluginData: packagesStayOutside })
      if (found.errors.length > 0) return { errors: found.errors }
      return { path: pathToFileURL(found.path).href, external: true }
    })
  },
}

function syntaxFault(file: string, { errors, message }: BuildFailure): Fault {
  const [first] = errors ?? []
  if (!first?.location)
    return new Fault('handler-syntax', `${file}: ${first?.text ?? message}`, { data: { file } })
  const { line, column, lineText, file: place } = first.location
  const at = join(dirname(file), place)
  return new Fault(
    'handler-syntax',
    `${at}:${line}:${column + 1}: ${first.text}\n    ${lineText.trim().slice(0, 200)}`,
    {
      data: { file: at, line, column: column + 1 },
    },
  )
}
