/** Where a file was downloaded from, where the system keeps that. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const TIME_LIMIT = 2000
const run = promisify(execFile)

/** The address, or null: most files have none, and not every system notes it. */
export async function originOf(file: string, platform = process.platform): Promise<string | null> {
  try {
    if (platform === 'win32') return addressInZone(await readFile(`${file}:Zone.Identifier`, 'utf8'))
    const options = { timeout: TIME_LIMIT, maxBuffer: 65_536 }
    if (platform === 'darwin') {
      const { stdout } = await run(
        'xattr',
        ['-p', '-x', 'com.apple.metadata:kMDItemWhereFroms', file],
        options,
      )
      return addressInPlist(Buffer.from(stdout.replaceAll(/\s/g, ''), 'hex'))
    }
    const { stdout } = await run(
      'getfattr',
      ['--only-values', '-n', 'user.xdg.origin.url', '--', file],
      options,
    )
    return stdout.trim() || null
  } catch {
    return null // it has no such note, or there is no program that reads it
  }
}

/** Of the stream that Windows keeps beside a downloaded file. */
export function addressInZone(text: string): string | null {
  const [, address] = /^HostUrl=(\S+)/im.exec(text) ?? []
  const [, referrer] = /^ReferrerUrl=(\S+)/im.exec(text) ?? []
  return address ?? referrer ?? null
}

/** The first address in a binary property list, as macOS keeps it. */
export function addressInPlist(bytes: Buffer): string | null {
  const [address] = /https?:\/\/[!-~]+/.exec(bytes.toString('latin1')) ?? []
  return address ?? null
}
