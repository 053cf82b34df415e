/** Finds secrets in texts, whatever they were turned into, and puts `***` in their place. */
import { inspect } from 'node:util'
import { MASKED_LENGTH } from '../../shared/secrets.ts'
import { withoutControls } from '../executors/lines.ts'

export const MASK = '***'

/** From here to there in a text, the end not included. */
type Span = [from: number, to: number]

export type Masks = ReturnType<typeof createMasks>

/** The secrets of one run. */
export function createMasks() {
  const forms = new Set<string>()

  function masked(text: string, isCut = false): string {
    if (forms.size === 0) return text
    const { plain, at } = withoutColors(text)
    const spans = [...forms].flatMap((form) => spansOf(plain, form))
    const ends = [...plain.matchAll(CUTS)].map(({ index }) => index)
    for (const end of isCut ? [...ends, plain.length] : ends) {
      const from = beginningBefore(plain, end, forms)
      if (from < end) spans.push([from, end])
    }
    return replaceSpans(
      text,
      merge(spans).map(([from, to]) => [at(from), at(to - 1) + 1]),
    )
  }

  function maskedValue(value: unknown): unknown {
    if (typeof value === 'string') return masked(value)
    if (typeof value === 'number') {
      const text = String(value)
      return masked(text) === text ? value : masked(text)
    }
    if (Array.isArray(value)) return value.map(maskedValue)
    if (typeof value !== 'object' || value === null) return value
    // What was too large is a beginning of JSON: see `readableJson`.
    const isCut = (value as { truncated?: unknown }).truncated === true
    const entries = Object.entries(value).map(([name, item]) => [
      masked(name),
      isCut && typeof item === 'string' ? masked(item, true) : maskedValue(item),
    ])
    return Object.fromEntries(entries) as unknown
  }

  return {
    /** @param least what is shorter than this is left as it is, also lines of a secret; in characters */
    add(secret: string, least = 1): void {
      for (const form of formsOf(secret, least)) forms.add(form)
    },

    /** @param isCut whether the text goes on beyond its end; where it says so itself, as `cutMark` does, it is seen */
    masked,

    /** The same for JSON, which it stays, whatever the secrets are. */
    maskedJson(json: string): string {
      if (forms.size === 0) return json
      try {
        return JSON.stringify(maskedValue(JSON.parse(json)))
      } catch {
        return JSON.stringify({ text: masked(json) }) // nested too deeply to be gone through
      }
    },
  }
}

/** What a secret may look like in what a run writes. */
function formsOf(secret: string, least: number): string[] {
  // Also each of its lines, since a log is read line by line; a line that is but a bracket tells nothing.
  const lines = secret.split(/\r\n|\r|\n/).map((line) => line.trim())
  const telling = lines.filter((line) => /[\p{L}\p{N}]/u.test(line))
  const parts = [secret, ...telling, ...telling.map(withoutControls)].filter((part) => part.length >= least)
  const written = parts.flatMap(writings)
  const encoded = secret.length >= MASKED_LENGTH ? encodings(secret.toWellFormed()) : []
  return [...written, ...encoded].filter((form) => form.trim() !== '')
}

// oxlint-disable-next-line no-control-regex -- control characters are the subject here
const ESCAPED_BY_INSPECT = /[\x00-\x1f\x7f-\x9f\\]/g

/**
 * A text as it is, as JSON and the console write it (which takes `%%` for `%`), and as shells quote it, which tell what
 * they run by `set -x`.
 */
function writings(text: string): string[] {
  const inspected = text.replaceAll(ESCAPED_BY_INSPECT, (character) => inspect(character).slice(1, -1))
  const quoted = inspected.replaceAll("'", String.raw`\'`)
  const inShell = text.replaceAll("'", String.raw`'\''`)
  return [text, JSON.stringify(text).slice(1, -1), inspected, quoted, text.replaceAll('%%', '%'), inShell]
}

/** The whole of it as addresses and headers carry it. */
function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const base64 = bytes.toString('base64')
  const inAddress = [
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1), // as forms are sent
  ]
  const lower = inAddress.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))
  return [base64, base64.replace(/=+$/, ''), bytes.toString('base64url'), ...inAddress, ...lower]
}

/** Where a text says of itself that something was left out: `cutMark`, and what `inspect` writes behind a string. */
const CUTS = / … \[cut: the line has [\d,]+ (?:bytes|characters)\]|['"`]\.\.\. \d+ more characters?/g

/** What a cut leaves of a character in the middle of which it is made, and of a colour. */
// oxlint-disable-next-line no-control-regex -- control characters are the subject here
const REMAINS = /(?:\uFFFD|\x1b\[?[\d;:]*)+$/
const REMAINS_LENGTH = 40

/** Where a secret begins of which the text up to `end` holds only the beginning; `end` where none does. */
function beginningBefore(text: string, end: number, forms: Iterable<string>): number {
  const [remains = ''] = REMAINS.exec(text.slice(Math.max(0, end - REMAINS_LENGTH), end)) ?? []
  const last = end - remains.length
  let longest = 0
  for (const form of forms) longest = Math.max(longest, overlap(text.slice(0, last), form))
  return longest === 0 ? end : last - longest
}

/** How many characters at the end of the text are the first of the form; less than all of it. Knuth, Morris and Pratt. */
function overlap(text: string, form: string): number {
  const tail = text.slice(Math.max(0, text.length - form.length + 1))
  if (tail === '') return 0
  const borders = new Uint32Array(form.length)
  const advance = (matched: number, code: number) => {
    let length = matched
    while (length > 0 && form.charCodeAt(length) !== code) length = borders[length - 1]!
    return form.charCodeAt(length) === code ? length + 1 : length
  }
  for (let index = 1; index < form.length; index++)
    borders[index] = advance(borders[index - 1]!, form.charCodeAt(index))
  let matched = 0
  for (let index = 0; index < tail.length; index++) matched = advance(matched, tail.charCodeAt(index))
  return matched
}

function spansOf(text: string, form: string): Span[] {
  const spans: Span[] = []
  for (let from = text.indexOf(form); from !== -1; from = text.indexOf(form, from + form.length))
    spans.push([from, from + form.length])
  return spans
}

/** In order, those that overlap as one. */
function merge(spans: Span[]): Span[] {
  const merged: Span[] = []
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && from < last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

function replaceSpans(text: string, spans: Span[]): string {
  let replaced = ''
  let done = 0
  for (const [from, to] of spans) {
    replaced += text.slice(done, from) + MASK
    done = to
  }
  return replaced + text.slice(done)
}

// oxlint-disable-next-line no-control-regex -- control characters are the subject here
const COLOR = /\x1b\[[\d;:]*m/g

/** The text as it is read on a terminal, and where each of its characters stands in the given one. */
function withoutColors(text: string): { plain: string; at: (index: number) => number } {
  if (!text.includes('\x1b[')) return { plain: text, at: (index) => index }
  let plain = ''
  let done = 0
  const places: number[] = []
  const take = (to: number) => {
    for (let index = done; index < to; index++) places.push(index)
    plain += text.slice(done, to)
  }
  for (const { 0: color, index } of text.matchAll(COLOR)) {
    take(index)
    done = index + color.length
  }
  take(text.length)
  return { plain, at: (index) => places[index]! }
}
