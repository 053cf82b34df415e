/** Tells when something in the scripts folders changes. */
import { readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import type { FSWatcher } from 'chokidar'
import { isFolder, type ScriptsFolder } from './folders.ts'
import { isLeftAlone, nameIn } from './names.ts'

/** What changes within this time is told at once: editors and copies write in several steps. In ms. */
const QUIET_TIME = 100
/** What is written all the time is told all the same, in ms. */
const MOST_TIME = 1000
/** From the reading of a folder until it is surely watched, in ms. */
const GAP_TIME = 300
/** Folders that were added, or have come to be, are looked for this often, in ms. */
const LOOK_INTERVAL = 500
/** What the system says when it watches no more files. */
const NO_ROOM = new Set(['ENOSPC', 'EMFILE'])

export interface WatchOptions {
  folders(): ScriptsFolder[]
  /** Gets the paths, in their folders, of what changed: at most the scripts that these belong to are others than before. */
  onChange(names: string[]): void
  onTrouble(thrown: unknown): void
}

/** @returns the function that ends it; resolves once everything that is there is watched */
export async function watchFolders({
  folders,
  onChange,
  onTrouble,
}: WatchOptions): Promise<() => Promise<void>> {
  const watched = new Map<string, Promise<FSWatcher>>()
  let changed = new Set<string>()
  let first = 0
  let timer: NodeJS.Timeout | undefined
  const looks = new Set<NodeJS.Timeout>()

  function tell(): void {
    timer = undefined
    const names = [...changed]
    changed = new Set()
    onChange(names)
  }

  function note(folder: ScriptsFolder, path: string): void {
    const inFolder = relative(folder.path, path)
    if (inFolder === '') return
    const now = performance.now()
    if (changed.size === 0) first = now
    changed.add(nameIn(folder.name, inFolder))
    clearTimeout(timer)
    timer = setTimeout(tell, Math.max(0, Math.min(QUIET_TIME, first + MOST_TIME - now)))
  }

  /** What was put into a folder after it was read, and before it was watched, is told by nobody else. */
  function lookAgain(folder: ScriptsFolder, path: string): void {
    const again = setTimeout(() => {
      looks.delete(again)
      const names = readdir(path).then((found) => found.filter((name) => !isLeftAlone(name)))
      void names.then(
        (found) => found.forEach((name) => note(folder, join(path, name))),
        () => {}, // it is gone again, which is told
      )
    }, GAP_TIME)
    looks.add(again)
  }

  async function start(folder: ScriptsFolder, usePolling = false): Promise<FSWatcher> {
    const { watch } = await import('chokidar')
    const watcher = watch(folder.path, {
      ignoreInitial: false,
      followSymlinks: false,
      atomic: true,
      usePolling,
      interval: 1000,
      depth: 9,
      ignored: (path) => path !== folder.path && isLeftAlone(basename(path)),
    })
    const ready = Promise.withResolvers<FSWatcher>()
    watcher.on('ready', () => ready.resolve(watcher))
    watcher.on('all', (event, path) => {
      note(folder, path)
      if (event === 'addDir') lookAgain(folder, path)
    })
    watcher.on('error', (thrown) => {
      const { code = '' } = thrown as NodeJS.ErrnoException
      ready.resolve(watcher)
      if (usePolling || !NO_ROOM.has(code)) return onTrouble(thrown)
      // The system watches no more files for this user: they are looked at one after another, which costs more.
      watched.set(
        folder.path,
        watcher.close().then(() => start(folder, true)),
      )
    })
    return ready.promise
  }

  async function look(): Promise<void> {
    const wanted = new Map(
      folders()
        .filter(({ path }) => isFolder(path))
        .map((folder) => [folder.path, folder]),
    )
    for (const [path, watcher] of watched) {
      if (wanted.has(path)) continue
      watched.delete(path)
      await (await watcher).close()
    }
    for (const [path, folder] of wanted) if (!watched.has(path)) watched.set(path, start(folder))
    await Promise.all(watched.values())
  }

  await look()
  const interval = setInterval(() => void look().catch(onTrouble), LOOK_INTERVAL)
  interval.unref()
  return async () => {
    clearInterval(interval)
    clearTimeout(timer)
    looks.forEach(clearTimeout)
    for (const watcher of watched.values()) await (await watcher).close()
  }
}
