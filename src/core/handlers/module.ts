import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type BuildFailure, type Plugin } from 'esbuild'
import { libraryUrl } from '../entry.ts'
import { Fault } from '../../shared/fault.ts'
import { digestOf, keepCode } from './code.ts'

export interface Bundle {
  /** Of the code that was kept. */
  digest: string
  /** The files that it was made of, and what was in each. */
  inputs: Map<string, Input>
  /** The file itself, as it was bundled. */
  source: string
}

export interface Input {
  digest: string
  size: number
}

/**
 * Bundles a module with its relative imports into one file, named by its digest: so the bytes that were looked at
 * are the bytes that run, and an edit does not reach a run that was queued before it.
 * Packages are not bundled; they are found from where the original lies.
 * @throws Fault `handler-syntax` with line and column, `handler-unsuitable`, `disk-full`
 */
export async function bundleModule(file: string, codeFolder: string): Promise<Bundle> {
  const inputs = new Map<string, Input>()
  let source: string | undefined
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
    banner: { js: requireFrom(url) },
    plugins: [packagesStayOutside(inputs), noteInputs(inputs, (text) => (source ??= text))],
    logLevel: 'silent',
  }).catch((thrown: BuildFailure) => {
    throw syntaxFault(file, thrown)
  })
  const [output] = Object.values(result.metafile.outputs)
  if (!output?.exports.includes('default')) {
    throw new Fault(
      'handler-unsuitable',
      `${file} has no default export: export the function to run, as in "export default async function (execution) { … }"`,
      { data: { file, noDefault: true } },
    )
  }
  return { digest: await keepCode(codeFolder, result.outputFiles[0]!.contents), inputs, source: source ?? '' }
}

/**
 * What CommonJS code requires is found from its own place, not from that of the bundle. Most code requires nothing, and to
 * make a `require` takes as long as a message to a thread: it is made when it is asked for.
 */
const requireFrom = (url: string) =>
  `'require' in globalThis || Object.defineProperty(globalThis, 'require', {
    configurable: true,
    get: () => (globalThis.require = process.getBuiltinModule('module').createRequire(${JSON.stringify(url)})),
    set: (value) => Object.defineProperty(globalThis, 'require', { value, writable: true }),
  });`.replaceAll(/\n\s*/g, ' ')

/** Notes what is read, the entry first: just these bytes are bundled, whatever becomes of the file meanwhile. */
const noteInputs = (inputs: Map<string, Input>, onSource: (text: string) => void): Plugin => ({
  name: 'note-inputs',
  setup({ onLoad }) {
    onLoad({ filter: /./, namespace: 'file' }, async ({ path }) => {
      const contents = await readFile(path)
      onSource(contents.toString('utf8'))
      inputs.set(path, inputOf(contents))
      return { contents, loader: 'default' }
    })
  },
})

const inputOf = (contents: Buffer): Input => ({ digest: digestOf(contents), size: contents.length })

const BUILT_IN = new Set(builtinModules)
/** What lies there was installed, and is not bundled. */
const INSTALLED = /[\\/]node_modules[\\/]/

const packagesStayOutside = (inputs: Map<string, Input>): Plugin => {
  const asked = {}
  return {
    name: 'packages-stay-outside',
    setup({ onResolve, resolve }) {
      // Native code is loaded from where it lies; that it was changed is seen all the same.
      onResolve({ filter: /\.node$/ }, async ({ path: given, resolveDir }) => {
        const path = join(resolveDir, given)
        const contents = await readFile(path).catch(() => undefined)
        if (contents && !INSTALLED.test(path)) inputs.set(path, inputOf(contents))
        return { path, external: true }
      })
      onResolve({ filter: /^file:/ }, ({ path }) => ({ path: fileURLToPath(path) }))
      // A bare name: neither relative nor absolute, on any platform. (The filter is Go's, which cannot look ahead.)
      onResolve({ filter: /^[^./\\]/ }, async ({ path, kind, resolveDir, pluginData }) => {
        if (pluginData === asked || kind === 'entry-point' || /^[A-Za-z]:[\\/]/.test(path)) return undefined
        if (path === 'jobdeck') return { path: libraryUrl().href, external: true }
        if (path.includes(':') || BUILT_IN.has(path)) return { path, external: true }
        if (kind === 'require-call' || kind === 'require-resolve') return { path, external: true }
        const found = await resolve(path, { kind, resolveDir, pluginData: asked })
        if (found.errors.length > 0) return { errors: found.errors }
        // By way of `imports` or `paths` a bare name can be that of a neighbour, which is a part of the script.
        if (!found.external && !INSTALLED.test(found.path)) return { path: found.path }
        return { path: pathToFileURL(found.path).href, external: true }
      })
    },
  }
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
