/** Before each file of tests that run inside Electron. */
import { beforeEach, inject } from 'vitest'

const electron = inject('electron')
if ('reason' in electron) beforeEach(({ skip }) => skip(electron.reason))
