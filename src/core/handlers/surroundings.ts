/** What the choice of an interpreter asks of the machine; the choice itself knows nothing else. */
import { constants } from 'node:fs'
import { access, readFile, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import which from 'which'
import { pathOf } from '../executors/environment.ts'
import { filesystemAt, hasNoPermissions, type Filesystem } from './mounts.ts'

export interface Surroundings {
  platform: NodeJS.Platform
  /** The environment of the run. */
  environment: Record<string, string | undefined>
  /** Where programs of that name are on the PATH of the run, in its order. */
  findAll(name: string): Promise<readonly string[]>
  /** Whether this very file is there and may be executed. */
  isProgram(path: string): Promise<boolean>
  /** Whether there is a file or a folder. */
  exists(path: string): Promise<boolean>
  /** Whether the file may be executed, and says something by that. */
  isExecutable(path: string): Promise<boolean>
}

/** The machine as it is, seen from a run with that environment. */
export function surroundingsOf(
  environment: Record<string, string | undefined>,
  platform: NodeJS.Platform = process.platform,
): Surroundings {
  const pathExt = environment.PATHEXT
  return {
    platform,
    environment,
    findAll: async (name) =>
      (await which(name, {
        nothrow: true,
        all: true,
        path: pathOf(environment, platform) ?? '',
        ...(pathExt !== undefined && { pathExt }),
      })) ?? [],
    isProgram: mayExecute,
    exists: (path) => stat(path).then(Boolean, () => false),
    async isExecutable(path) {
      if (platform === 'win32') return /\.(exe|com)$/i.test(path)
      return (await mayExecute(path)) && !(await isExecutableAnyway(path))
    },
  }
}

async function mayExecute(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return false
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Whether it lies where files have no permissions of their own, so that all of them seem to be programs. */
async function isExecutableAnyway(path: string): Promise<boolean> {
  const filesystem = await filesystemOf(path)
  if (filesystem) return hasNoPermissions(filesystem)
  return seemsExecutable(dirname(path))
}

/** Of Linux; elsewhere there is no such list. */
async function filesystemOf(path: string): Promise<Filesystem | undefined> {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '')
  return filesystemAt(await realpath(path), mounts)
}

/** Endings of files that nobody makes executable by intent. */
const DATA = new Set([
  '.txt',
  '.md',
  '.csv',
  '.json',
  '.pdf',
  '.jpg',
  '.jpeg',
  '.png',
  '.zip',
  '.mp3',
  '.mp4',
])

/** macOS does not list how disks are mounted: it is told by data beside the file. */
async function seemsExecutable(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  const data = names.find((name) => DATA.has(extname(name).toLowerCase()))
  return data !== undefined && mayExecute(join(folder, data))
}
