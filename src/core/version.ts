import { createRequire } from 'node:module'

/** Asked for by the package's own name, since sources and bundles lie at different depths. */
export const { version } = createRequire(import.meta.url)('jobdeck/package.json') as { version: string }
