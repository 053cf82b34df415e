/**
 * The main process of an Electron in which test files run as they are. Older runtimes know no TypeScript, so this is
 * JavaScript.
 */
import { existsSync } from 'node:fs'
import { Module } from 'node:module'
import { join } from 'node:path'
import { app } from 'electron'
import { init, runBaseTests, setupEnvironment } from 'vitest/worker'

const { JOBDECK_TEST_APPLICATION: application } = process.env

// The runtime may need another binary of better-sqlite3 than Node does: the one of the staged application.
const sqlite = join(application, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node')
const load = Module._extensions['.node']
Module._extensions['.node'] = (module, file) =>
  load(module, file.includes('better-sqlite3') && existsSync(sqlite) ? sqlite : file)

void app.whenReady().then(() => {
  init({
    post: (message) => process.send(message),
    on: (listener) => process.on('message', listener),
    off: (listener) => process.off('message', listener),
    runTests: (state, traces) => runBaseTests('run', state, traces),
    collectTests: (state, traces) => runBaseTests('collect', state, traces),
    setup: setupEnvironment,
  })
  process.send('ready')
})
