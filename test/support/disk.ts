import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const run = (command: string, ...args: string[]): string | undefined => {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** A disk of its own that the test can fill and lock. */
export interface Disk {
  folder: string
  /** Takes all space that is left; returns the function that gives it back. */
  fill(): () => void
  /** Makes it read-only, once nothing on it is open. */
  lock(): void
}

function mount(size: string): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'jobdeck-disk-'))
  const problem = run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder)
  if (problem !== undefined) {
    rmSync(folder, { recursive: true })
    throw new Error(`no disk can be mounted: ${problem}`)
  }
  return {
    folder,
    fill() {
      const ballast = join(folder, 'ballast')
      const file = openSync(ballast, 'w')
      try {
        for (;;) writeSync(file, Buffer.alloc(4096))
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
      } finally {
        closeSync(file)
      }
      return () => rmSync(ballast)
    },
    lock() {
      const failed = run('mount', '-o', 'remount,ro', folder)
      if (failed !== undefined) throw new Error(failed)
    },
  }
}

function unmount({ folder }: Disk): void {
  run('umount', '-l', folder)
  rmSync(folder, { recursive: true })
}

/** @param size as mount takes it, such as `4m` */
export function smallDisk(size: string): Disk {
  const disk = mount(size)
  onTestFinished(() => unmount(disk))
  return disk
}

/** Why disks cannot be mounted here, or undefined: it takes the rights of an administrator. */
export function reasonNotToMount(): string | undefined {
  if (process.platform !== 'linux') return 'it takes a tmpfs, which only Linux has'
  try {
    unmount(mount('1m'))
    return undefined
  } catch (thrown) {
    return (thrown as Error).message
  }
}

/** Compiles the library that makes writes fail, see `test/fixtures/faulty-disk.c`; returns its path. */
export function buildFaultyDisk(folder: string): string {
  const library = join(folder, 'faulty-disk.so')
  const source = resolve(import.meta.dirname, '../fixtures/faulty-disk.c')
  const problem = run('cc', '-shared', '-fPIC', '-O1', '-o', library, source, '-ldl')
  if (problem !== undefined) throw new Error(`${source} cannot be compiled: ${problem}`)
  return library
}

/** Why writes cannot be made to fail here, or undefined. */
export function reasonNotToFail(): string | undefined {
  if (process.platform !== 'linux') return 'LD_PRELOAD is of Linux'
  return run('cc', '--version')
}
