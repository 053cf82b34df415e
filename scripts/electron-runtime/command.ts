import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** In ms. */
  limit?: number
}

/** Runs a program to its end; the error of one that fails has the end of what it wrote. */
export async function command(file: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { limit = 0, ...rest } = options
  try {
    const { stdout } = await run(file, args, { ...rest, timeout: limit, maxBuffer: 2 ** 26 })
    return stdout
  } catch (thrown) {
    const { message, stderr = '', killed } = thrown as Error & { stderr?: string; killed?: boolean }
    const why = killed
      ? `it took longer than ${limit / 1000} s`
      : stderr.trim().split('\n').slice(-3).join(' ')
    throw new Error(`${file} ${args[0] ?? ''}: ${why || message}`, { cause: thrown })
  }
}

/** Unpacks a package of the npm registry; returns the folder of its contents. */
export async function unpackPackage(name: string, version: string, folder: string): Promise<string> {
  const packed = await command('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder })
  await command('tar', ['xzf', packed.trim().split('\n').at(-1)!, '--no-same-owner'], { cwd: folder })
  return join(folder, 'package')
}
