/** In the place of the package `electron`, which outside of Electron is the path of its program. */
import { createRequire } from 'node:module'
import type * as Electron from 'electron'

export const { app, utilityProcess } = createRequire(import.meta.url)('electron') as typeof Electron
