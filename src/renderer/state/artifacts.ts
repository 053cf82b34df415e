/** Files that are kept with a run, as the window reads them. */
import type { Output } from '../../shared/contract.ts'
import { Fault } from '../../shared/fault.ts'
import { client } from '../client.ts'

export type Artifact = Output<'artifacts.list'>[number]

/**
 * The whole file, piece by piece.
 * @param signal fires where nobody waits for it any more
 * @throws Fault `conflict` where it has another length than when its first piece was read
 */
export async function readArtifact(execution: number, name: string, signal: AbortSignal): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  let whole: number | undefined
  do {
    const { data, size } = await client.request('artifacts.read', { execution, name, offset }, signal)
    const piece = bytesOf(data)
    whole ??= size
    if (size !== whole || (piece.length === 0 && offset < whole))
      throw new Fault('conflict', `${name} was changed while it was read: read it once more`)
    pieces.push(piece)
    offset += piece.length
  } while (offset < whole)
  return new Blob(pieces)
}

/** In a loop: one call for each character takes twenty times as long, and the page stands still meanwhile. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** Pictures, by how their names end. */
const IMAGES = new Map([
  ['.avif', 'image/avif'],
  ['.bmp', 'image/bmp'],
  ['.gif', 'image/gif'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.webp', 'image/webp'],
])

/** What is longer is saved, not shown. In bytes. */
const SHOWN = 4 * 1024 * 1024

export type Shown = { image: string } | { text: string } | 'binary'

export const mayShow = ({ size }: Artifact): boolean => size <= SHOWN

/** A file as it can be shown: a picture by its name, a text by what is in it. */
export async function showable(name: string, content: Blob): Promise<Shown> {
  const type = IMAGES.get(/\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '')
  if (type) return { image: await addressOf(content.slice(0, content.size, type)) }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await content.arrayBuffer())
    return text.includes('\0') ? 'binary' : { text }
  } catch {
    return 'binary'
  }
}

/** The content itself as an address: pictures may come from nowhere else. */
const addressOf = (content: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(reader.result as string))
    reader.addEventListener('error', () => reject(reader.error!))
    reader.readAsDataURL(content)
  })
