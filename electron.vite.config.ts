import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

/** What threads and processes begin with, and `index`, which handlers get that import `jobdeck`. */
const ENTRIES = {
  index: 'src/core/index.ts',
  thread: 'src/core/executors/thread-entry.ts',
  child: 'src/core/executors/child-entry.ts',
  nothing: 'src/core/executors/nothing.ts',
  tell: 'src/core/scripts/tell-entry.ts',
  verify: 'src/core/store/verify-entry.ts',
  reader: 'src/core/store/reader-entry.ts',
}

export default defineConfig({
  main: {
    build: {
      externalizeDeps: { exclude: ['drizzle-orm', 'zod'] },
      target: 'node20', // the runtime of the tests
      rollupOptions: {
        input: { main: 'src/main/index.ts', ...ENTRIES },
        // All in one folder: `core/entry.ts` looks for the entries beside itself.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    // A sandboxed preload must be one CommonJS file.
    build: {
      externalizeDeps: false,
      rollupOptions: {
        input: 'src/preload/index.ts',
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    build: { minify: true, rollupOptions: { input: 'src/renderer/index.html' } },
    plugins: [react()],
  },
})
