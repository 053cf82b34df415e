/** In the place of `src/core/engine.ts`: engines start processes as the application does. */
import { createEngine as create, type EngineOptions } from '../../../src/core/engine.ts'

export type * from '../../../src/core/engine.ts'

/** Without a runtime the tests are skipped, and there is nothing that it could start. */
const desktop = process.versions.electron ? await import('../../../src/main/launcher.ts') : {}

export const createEngine = (options: EngineOptions) => create({ ...desktop, ...options })
