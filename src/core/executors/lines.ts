/** A line that is longer is cut, and says so. In bytes for output, in characters for messages. */
export const LINE_LIMIT = 64 * 1024

/** A message of progress is cut at so many characters. */
export const PROGRESS_MESSAGE_LIMIT = 1000

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const ESCAPE = 27
const BYTE_ORDER_MARK = 0xfeff

/** Marks a line that was cut. */
export function cutMark(length: number, unit: 'bytes' | 'characters'): string {
  return ` … [cut: the line has ${length.toLocaleString('en')} ${unit}]`
}

/**
 * A message of at most `LINE_LIMIT` characters. Where it is cut in the middle of a secret, the engine takes that off by
 * the mark, see `dispatch/masks`: whoever cuts need not know the secrets.
 */
export function cutMessage(text: string, limit = LINE_LIMIT): string {
  if (text.length <= limit) return text
  return text.slice(0, limit) + cutMark(text.length, 'characters')
}

/**
 * Splits output into lines as it arrives, keeping no more of a line than is stored of it.
 * A lone carriage return begins the line anew, as it does on a terminal: of a progress bar, its last state is left.
 * Terminal progress (OSC 9;4) is told at once, since such tools seldom end their lines.
 */
export class LineSplitter {
  readonly #onLine: (line: string) => void
  readonly #onProgress: (percent: number) => void
  readonly #decoder: TextDecoder
  readonly #wide: TextDecoder | undefined
  /** Whether many lines can be decoded at once: what is wrong in one then changes nothing in the next. */
  readonly #isUtf8: boolean
  #parts: Buffer[] = []
  #kept = 0
  #length = 0
  #returned = false
  #carry = ''

  /** @throws RangeError for an encoding that is not known */
  constructor(encoding: string, onLine: (line: string) => void, onProgress: (percent: number) => void) {
    this.#onLine = onLine
    this.#onProgress = onProgress
    const decoder = new TextDecoder(encoding)
    // Only in UTF-16 can the byte of a newline be part of another character.
    const isWide = decoder.encoding.startsWith('utf-16')
    this.#wide = isWide ? decoder : undefined
    // What marks the order of bytes is taken off each line by `#tell`, the same for all ways to decode.
    this.#decoder = new TextDecoder(isWide ? 'utf-8' : encoding, { ignoreBOM: true })
    this.#isUtf8 = this.#decoder.encoding === 'utf-8'
  }

  push(bytes: Buffer): void {
    this.#take(this.#wide ? Buffer.from(this.#wide.decode(bytes, { stream: true })) : bytes)
  }

  /** The last line, where no newline ended it. */
  end(): void {
    if (this.#wide) this.#take(Buffer.from(this.#wide.decode())) // half a character
    if (this.#length > 0) this.#endLine()
  }

  #take(chunk: Buffer): void {
    if (this.#carry !== '' || chunk.includes(ESCAPE)) this.#findProgress(chunk)
    // In parts so short that none of the lines in them can be too long.
    for (let start = 0; start < chunk.length; start += LINE_LIMIT)
      this.#split(chunk.subarray(start, start + LINE_LIMIT))
  }

  #split(part: Buffer): void {
    const last = part.lastIndexOf(NEWLINE)
    let start = 0
    for (let end = part.indexOf(NEWLINE); end !== -1; end = part.indexOf(NEWLINE, start)) {
      this.#append(part.subarray(start, end))
      this.#endLine()
      start = end + 1
      if (!this.#isUtf8 || start > last) continue
      this.#wholeLines(part.subarray(start, last))
      start = last + 1
    }
    if (start < part.length) this.#append(part.subarray(start))
  }

  /** Lines of which nothing came before and nothing is still to come. */
  #wholeLines(bytes: Buffer): void {
    const text = this.#decoder.decode(bytes)
    const isPlain = SUSPECT.every((byte) => !bytes.includes(byte)) || !UNWANTED.test(text)
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#tell(text.slice(start, end), isPlain)
      start = end + 1
    }
    this.#tell(start === 0 ? text : text.slice(start), isPlain)
  }

  #tell(text: string, isPlain: boolean, mark = ''): void {
    const state = isPlain ? text : lastState(text)
    const line = state.charCodeAt(0) === BYTE_ORDER_MARK ? state.slice(1) : state
    this.#onLine((isPlain ? line : withoutControls(line)) + mark)
  }

  #append(segment: Buffer): void {
    const lastReturn = segment.lastIndexOf(RETURN)
    const atEnd = lastReturn === segment.length - 1 && lastReturn !== -1
    if (atEnd) {
      // It may belong to a CRLF, so what stands before it is kept until more comes.
      const body = segment.subarray(0, lastReturn)
      if (body.length > 0) this.#append(body)
      this.#returned = true
      return
    }
    if (segment.length > 0 && (this.#returned || lastReturn !== -1)) this.#clear()
    this.#keep(lastReturn === -1 ? segment : segment.subarray(lastReturn + 1))
  }

  #keep(segment: Buffer): void {
    this.#length += segment.length
    const room = LINE_LIMIT - this.#kept
    if (room <= 0 || segment.length === 0) return
    // A copy, so that a few kept bytes do not hold a whole chunk of the pipe in memory.
    const part = Buffer.from(segment.subarray(0, room))
    this.#parts.push(part)
    this.#kept += part.length
  }

  #endLine(): void {
    const text = this.#decoder.decode(this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts))
    const isCut = this.#length > this.#kept
    const mark = isCut ? cutMark(this.#length, 'bytes') : ''
    this.#clear()
    this.#tell(isCut ? text.replace(UNFINISHED_COLOR, '') : text, false, mark)
  }

  #clear(): void {
    this.#parts = []
    this.#kept = 0
    this.#length = 0
    this.#returned = false
  }

  #findProgress(chunk: Buffer): void {
    // Most that is begun by an escape are colours, which need not be looked through.
    const isNear = this.#carry !== '' || chunk.includes(PROGRESS_BEGIN)
    const text = this.#carry + chunk.subarray(isNear ? 0 : -PROGRESS_LENGTH).toString('latin1')
    for (const [, state, percent] of text.matchAll(TERMINAL_PROGRESS)) {
      if (percent !== undefined && '124'.includes(state!)) this.#onProgress(Math.min(100, Number(percent)))
    }
    this.#carry = UNFINISHED_PROGRESS.exec(text)?.[0] ?? ''
  }
}

/** What a carriage return left of the line. */
function lastState(line: string): string {
  if (!line.includes('\r')) return line
  let end = line.length
  while (line.charCodeAt(end - 1) === RETURN) end--
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end)
}

/* oxlint-disable no-control-regex -- control characters are the subject here */

/** At the end of a line that was cut. */
const UNFINISHED_COLOR = /\x1b\[?[\d;:]*$/

/** `ESC ] 9 ; 4 ; state ; percent`, ended by BEL or `ESC \`: ConEmu's sequence, as Windows Terminal reads it. */
const TERMINAL_PROGRESS = /\x1b\]9;4;([0-4])(?:;(\d{1,3}))?(?:\x07|\x1b\\)/g
const PROGRESS_BEGIN = '\x1b]9;4;'
/** No such sequence is longer. */
const PROGRESS_LENGTH = 16
const UNFINISHED_PROGRESS = /\x1b(?:\](?:9(?:;(?:4(?:;(?:[0-4](?:;\d{0,3})?\x1b?)?)?)?)?)?)?$/

/**
 * Terminal commands other than colours (SGR): operating-system commands and other strings, cursor movement, character
 * sets. Each is known in two forms: begun by ESC, or by one character of the range C1.
 */
const COMMANDS =
  /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b\[[0-?]*[ -/]*[@-ln-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78DEHMNOZc]/g
/** What is left of them, a beginning without an end too: all but tabs, newlines and whole colours. */
const CONTROLS = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[\d;:]*m)/g
/**
 * Bytes without which UTF-8 has nothing of either: the controls, and what begins those of the range C1. To look for
 * each takes a quarter of the time of the expression.
 */
const SUSPECT = [...Array.from({ length: 32 }, (_, byte) => byte), 0x7f, 0xc2].filter(
  (byte) => byte !== NEWLINE && byte !== TAB,
)
/** Whether there is anything of either. */
const UNWANTED = new RegExp(CONTROLS.source)

/** The line with its colours, without what would move a cursor or command a terminal. */
export function withoutControls(line: string): string {
  return UNWANTED.test(line) ? line.replace(COMMANDS, '').replace(CONTROLS, '') : line
}
