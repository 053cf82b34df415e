// Builds the library, the command line and the entries of worker threads and child processes into dist/.
// Types are emitted by `tsc -b` from the same sources, so that what is checked is what is shipped.
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { normalize } from 'node:path'
import { build } from 'esbuild'

/** Loaded file by file, drizzle alone takes 0.3 s and 200 MB; bundled, what is used of it takes next to nothing. */
const BUNDLED = new Set(['drizzle-orm', 'zod'])

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

const { metafile } = await build({
  entryPoints: {
    index: 'src/core/index.ts',
    testing: 'src/core/testing/index.ts',
    opentelemetry: 'src/core/opentelemetry.ts',
    cli: 'src/cli/index.ts',
    thread: 'src/core/executors/thread-entry.ts',
    child: 'src/core/executors/child-entry.ts',
    nothing: 'src/core/executors/nothing.ts',
    tell: 'src/core/scripts/tell-entry.ts',
    verify: 'src/core/store/verify-entry.ts',
    reader: 'src/core/store/reader-entry.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20', // Electron's test runtime has Node 20
  external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => !BUNDLED.has(name),
  ),
  sourcemap: true,
  chunkNames: '[name]-[hash]',
  logLevel: 'warning',
  metafile: true,
})

// What an earlier build left: chunks are named by their content.
const built = new Set(Object.keys(metafile.outputs).map(normalize))
for (const file of globSync('dist/*.{js,map}')) if (!built.has(normalize(file))) rmSync(file)

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'src/core'], { stdio: 'inherit' })
