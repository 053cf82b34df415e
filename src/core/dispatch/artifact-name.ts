/** Bytes that a name may have, with a number behind it; file systems take 255. */
const NAME_LIMIT = 200

/** Names of devices on Windows, whatever their ending. */
const RESERVED = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?:\.|$)/i

/** A name that every file system takes, and that leads nowhere else. */
export function safeName(wanted: string): string {
  const text = wanted
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\<>:"|?*]/gu, '_')
    .replace(/^\s+/, '')
  const name = cut(text).replace(/[.\s]+$/, '')
  if (name === '') return 'file'
  return RESERVED.test(name) ? `_${name}` : name
}

/** The name, or with a number where it is taken; not even by letters of another case, which some disks do not tell apart. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const [stem, ending] = parts(name)
  let free = name
  for (let number = 2; taken.has(keyOf(free)); number++) free = `${stem} (${number})${ending}`
  return free
}

/** By what it is told whether a name is taken. */
export const keyOf = (name: string) => name.normalize('NFC').toLowerCase()

/** The name before its last ending, and that. */
function parts(name: string): [stem: string, ending: string] {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= NAME_LIMIT) return name
  const [stem, ending] = parts(name)
  if (Buffer.byteLength(ending) > NAME_LIMIT / 2) return beginning(name, NAME_LIMIT)
  return beginning(stem, NAME_LIMIT - Buffer.byteLength(ending)) + ending
}

/** As many whole characters of the text as fit into so many bytes. */
export function beginning(text: string, bytes: number): string {
  const kept = new Uint8Array(bytes)
  return text.slice(0, new TextEncoder().encodeInto(text, kept).read)
}
