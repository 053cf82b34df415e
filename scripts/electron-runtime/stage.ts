/** The application as it would be installed: a folder of its own, without sources, tests or tools. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean; peer?: boolean }>
}

/** These are part of the bundles. */
const BUNDLED = /^node_modules\/(drizzle-orm|zod)$/

/**
 * @param sqlite what has to stand in the place of the published binary of better-sqlite3
 * @returns the folder, which anybody may read
 */
export function stageApplication(root: string, sqlite?: string): string {
  const stage = mkdtempSync(join(tmpdir(), 'jobdeck-stage-'))
  chmodSync(stage, 0o755)
  for (const part of ['package.json', 'out', 'resources'])
    cpSync(join(root, part), join(stage, part), { recursive: true })
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  for (const [place, { dev, devOptional, peer }] of Object.entries(packages)) {
    if (place === '' || dev || devOptional || peer || BUNDLED.test(place)) continue
    // Those of other platforms are not there.
    if (existsSync(join(root, place))) cpSync(join(root, place), join(stage, place), { recursive: true })
  }
  if (sqlite !== undefined) {
    // Where better-sqlite3 looks first.
    const release = join(stage, 'node_modules/better-sqlite3/build/Release')
    mkdirSync(release, { recursive: true })
    cpSync(sqlite, join(release, 'better_sqlite3.node'))
  }
  return stage
}
