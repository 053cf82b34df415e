/** Files that are kept with a run, as the window reads them. */
import type { Output } from '../../shared/contract.ts'
import { client } from '../client.ts'

export type Artifact = Output<'artifacts.list'>[number]

/** The whole file, piece by piece. */
export async function readArtifact(execution: number, name: string): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (;;) {
    const { data, size } = await client.request('artifacts.read', { execution, name, offset })
    const piece = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
    pieces.push(piece)
    offset += piece.length
    // One that became shorter meanwhile has nothing more.
    if (offset >= size || piece.length === 0) return new Blob(pieces)
  }
}

const IMAGES: Record<string, string> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  webp: 'image/webp',
}

/** What is longer is saved, not shown. In bytes. */
const SHOWN = 4 * 1024 * 1024

export type Shown = { image: string } | { text: string } | 'binary'

export const mayShow = ({ size }: Artifact): boolean => size <= SHOWN

/** A file as it can be shown: a picture by its name, a text by what is in it. */
export async function showable(name: string, content: Blob): Promise<Shown> {
  const type = IMAGES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()]
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
