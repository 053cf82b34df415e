/** What a line of a log looks like: its text without commands for terminals, with the colours that they ask for. */
import Anser from 'anser'

/** A part of a text that looks the same all along. */
export interface Piece {
  text: string
  /** Classes of the stylesheet. */
  className: string
  /** Colours beyond the sixteen that a palette has names for. */
  colours?: { '--text-colour'?: string; '--back-colour'?: string }
}

/** Commands that are about anything but colours: links, titles, where the cursor stands. */
const OTHER_COMMANDS = new RegExp(
  String.raw`\x1B(?:\[[0-?]*[ -/]*[@-ln-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)?|[@-Z\\^_])`,
  'g',
)
const COLOURS = new RegExp(String.raw`\x1B\[[\d;:]*m`, 'g')
/** No letter, and no end of a line. */
const CONTROLS = new RegExp(String.raw`[^\P{Cc}\t\n\x1B]`, 'gu')
const ESCAPES = new RegExp(String.raw`\x1B`, 'g')

const clean = (text: string): string =>
  text.replaceAll(OTHER_COMMANDS, '').trimEnd().replaceAll('\r\n', '\n').replaceAll(CONTROLS, '')

/** A message as it is read, with all its lines, and nothing that commands a terminal. */
export const messageText = (message: string): string =>
  clean(message).replaceAll(COLOURS, '').replaceAll(ESCAPES, '')

/** The pieces that a message consists of. */
export function piecesOf(message: string): Piece[] {
  const text = clean(message)
  if (!text.includes('\u001B')) return text === '' ? [] : [{ text, className: '' }]
  return Anser.ansiToJson(text, { json: true, use_classes: true, remove_empty: true }).map(toPiece)
}

function toPiece(entry: Anser.AnserJsonEntry): Piece {
  const isReverse = entry.decorations.includes('reverse')
  const text = colourOf(isReverse ? entry.bg : entry.fg, isReverse ? entry.bg_truecolor : entry.fg_truecolor)
  const back = colourOf(isReverse ? entry.fg : entry.bg, isReverse ? entry.fg_truecolor : entry.bg_truecolor)
  const classes = [
    ...entry.decorations.filter((name) => name !== 'blink').map((name) => `ansi-${name}`),
    text && (text.name ? `${text.name}-text` : 'ansi-own-text'),
    back && (back.name ? `${back.name}-back` : 'ansi-own-back'),
  ].filter(Boolean)
  const colours = {
    ...(text?.colour && { '--text-colour': text.colour }),
    ...(back?.colour && { '--back-colour': back.colour }),
  }
  return {
    text: entry.content.replaceAll(ESCAPES, ''),
    className: classes.join(' '),
    ...(Object.keys(colours).length > 0 && { colours }),
  }
}

/** A colour of the sixteen by its name, any other by what it is made of. */
function colourOf(name: string | null, parts: string | null): { name?: string; colour?: string } | undefined {
  if (!name) return undefined
  if (name === 'ansi-truecolor') return parts ? { colour: `rgb(${parts})` } : undefined
  const place = /^ansi-palette-(\d+)$/.exec(name)?.[1]
  return place ? { colour: paletteColour(Number(place)) } : { name }
}

const STEPS = [0, 95, 135, 175, 215, 255]

/** A colour of the 256, from 16 on: a cube of six by six by six, then greys. */
function paletteColour(place: number): string {
  if (place >= 232) return `rgb(${Array.from({ length: 3 }, () => 8 + (place - 232) * 10).join(', ')})`
  const [red, green, blue] = [36, 6, 1].map((step) => STEPS[Math.floor((place - 16) / step) % 6]!)
  return `rgb(${red}, ${green}, ${blue})`
}

/** Cuts pieces at the marks, so that each of them is marked as a whole or not at all. */
export function markPieces(
  pieces: readonly Piece[],
  marks: readonly (readonly [number, number])[],
): (Piece & { isMarked?: boolean })[] {
  if (marks.length === 0) return [...pieces]
  const found: (Piece & { isMarked?: boolean })[] = []
  let at = 0
  for (const piece of pieces) {
    const end = at + piece.text.length
    const cuts = new Set([at, end])
    for (const cut of marks.flat()) if (cut > at && cut < end) cuts.add(cut)
    const places = [...cuts].toSorted((a, b) => a - b)
    for (const [index, from] of places.slice(0, -1).entries()) {
      const isMarked = marks.some(([start, through]) => from >= start && from < through)
      const text = piece.text.slice(from - at, places[index + 1]! - at)
      found.push({ ...piece, text, ...(isMarked && { isMarked }) })
    }
    at = end
  }
  return found
}
