import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'

/** A file that a program wrote, or undefined where it wrote none. */
export interface TextFile {
  text: string
  /** Of the whole file; there may be more than was read. */
  bytes: number
}

/** Reads at most so many bytes of a file as text, in the encoding that its beginning tells of. */
export async function readTextFile(file: string, limit: number): Promise<TextFile | undefined> {
  const found = statSync(file, { throwIfNoEntry: false }) // most have none, and a wait for a thread takes longer
  if (!found?.isFile() || found.size === 0) return undefined
  const handle = await open(file)
  try {
    const buffer = Buffer.alloc(Math.min(found.size, limit))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
    return { text: decode(buffer.subarray(0, bytesRead)), bytes: found.size }
  } finally {
    await handle.close()
  }
}

/**
 * UTF-8, unless it begins as UTF-16 does: Windows PowerShell writes that with `>` and `>>`, and goes on in it without a
 * mark where another program made the file.
 */
export function decode(bytes: Buffer): string {
  const [first, second] = bytes
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  const isWide = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes)
}
