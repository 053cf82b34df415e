import { defineConfig } from 'vitest/config'
import { inElectron } from './test/electron/inside/pool.ts'
import { replaceModules } from './test/electron/inside/replace.ts'

/** Tests of whatever starts threads or processes, or reads their output: the same files, in the main process of Electron. */
const INSIDE_ELECTRON = [
  'approval',
  'artifacts',
  'chains',
  'engine',
  'env-files',
  'environment',
  'examine',
  'faults',
  'go-faults',
  'json-lines',
  'keeping',
  'lifecycle',
  'login-path',
  'masks',
  'output',
  'output-limits',
  'queue',
  'raw-output',
  'retry',
  'scripts',
  'search',
  'secret-bytes',
  'secrets',
  'starting',
  'stop',
  'storage',
  'summaries',
  'testing',
  'workflow-commands',
]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/main/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'cli', include: ['test/cli/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'electron',
          include: ['test/electron/**/*.test.ts'],
          globalSetup: 'test/electron/setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [replaceModules()],
        test: {
          name: 'inside',
          include: INSIDE_ELECTRON.map((name) => `test/core/${name}.test.ts`),
          globalSetup: 'test/electron/setup.ts',
          setupFiles: 'test/electron/inside/setup.ts',
          pool: inElectron,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          globalSetup: 'test/ui/support/setup.ts',
          testTimeout: 120_000,
        },
      },
      { test: { name: 'process', include: ['test/process/**/*.test.ts'], testTimeout: 120_000 } },
    ],
  },
})
