import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { chromium } from '@playwright/test'

export type Browser = { program: string } | { missing: string }

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** A script that is not Latin is shown as boxes without a font of its own. */
const DEBIAN_PACKAGES = ['chromium', 'fonts-noto-cjk', 'fonts-dejavu-core']
/** Where the network lets nothing through, nobody waits for longer than this, in ms. */
const PATIENCE = 240_000

/** A Chromium of this machine; where there is none, one is installed, as far as that is possible here. */
export function findBrowser(): Browser {
  const there = installed()
  if (there) return { program: there }
  const ways = [isRootOnDebian() && installFromDebian, installFromPlaywright].filter((way) => way !== false)
  for (const way of ways) {
    way()
    const program = installed()
    if (program) return { program }
  }
  return {
    missing:
      'there is no Chromium, and none could be installed (apt-get install chromium, or npx playwright install chromium)',
  }
}

function installed(): string | undefined {
  const named = process.env.JOBDECK_TEST_BROWSER
  if (named) return named
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...candidates, chromium.executablePath()].find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const isRootOnDebian = () =>
  process.getuid?.() === 0 &&
  existsSync('/etc/os-release') &&
  /debian|ubuntu/i.test(readFileSync('/etc/os-release', 'utf8'))

function installFromDebian(): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, stdio: 'ignore', timeout: PATIENCE } as const
  spawnSync('apt-get', ['update', '-qq'], options)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN_PACKAGES], options)
}

function installFromPlaywright(): void {
  const cli = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js')
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: PATIENCE })
}
