/** Paints pictures of time: bars of what ran, marks of what is planned, and how many ran at once. */
import { LOOKS, type Tone } from '../../parts/looks.ts'
import type { Colours } from '../../parts/colours.ts'
import type { Planned } from '../../state/upcoming.ts'
import { beginsDay, marksOf, ticksOf, xOf, type Load, type Range, type Span } from '../../state/time-scale.ts'

export interface Picture {
  context: CanvasRenderingContext2D
  /** In px of the page. */
  width: number
  height: number
  range: Range
  now: number
  colours: Colours
}

export const LANE = 30
const BAR = 14
const MARK = 4

/** Makes a canvas as large as it is shown, in dots of the screen. */
export function begin(canvas: HTMLCanvasElement): Pick<Picture, 'context' | 'width' | 'height'> | null {
  const context = canvas.getContext('2d')
  const { clientWidth: width, clientHeight: height } = canvas
  if (!context || width === 0 || height === 0) return null
  const ratio = window.devicePixelRatio
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
  // To set its size makes a canvas anew, which takes long.
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down]
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return { context, width, height }
}

const fillOf = (tone: Tone, { good, bad, warn, quiet, accent }: Colours): string =>
  ({ good, bad, warn, busy: accent, quiet })[tone]

/** The lines of round times, from top to bottom. */
export function paintGrid({ context, width, height, range, colours }: Picture): void {
  context.fillStyle = colours.line
  for (const at of ticksOf(range, width).times)
    context.fillRect(Math.round(xOf(at, range, width)), 0, 1, height)
}

export function paintNow({ context, width, height, range, now, colours }: Picture): void {
  const x = Math.round(xOf(now, range, width))
  if (x < 0 || x > width) return
  context.fillStyle = colours.accent
  context.fillRect(x, 0, 2, height)
}

/** The bars of a lane whose middle is at `y`. Those that would hide one another are painted once. */
export function paintSpans(picture: Picture, spans: readonly Span[], y: number, chosen?: number): void {
  const { range, width, now } = picture
  let last: { right: number; tone: Tone } | undefined
  for (const span of spans) {
    if (span.startedAt > range.to || (span.endedAt ?? now) < range.from) continue
    const left = Math.max(-MARK, xOf(span.startedAt, range, width))
    const right = Math.min(width + MARK, Math.max(left + 2, xOf(span.endedAt ?? now, range, width)))
    const tone = LOOKS[span.status].tone
    const isHidden = last?.tone === tone && left >= last.right - 2 && right <= last.right + 0.25
    if (!isHidden) paintBar(picture, { left, right, y, tone, isOpen: span.endedAt === null })
    last = { right: Math.max(right, isHidden ? last!.right : 0), tone }
    if (span.id === chosen) paintChosen(picture, left, right, y)
  }
}

interface Bar {
  left: number
  right: number
  y: number
  tone: Tone
  isOpen: boolean
}

/** Each outcome has a shape of its own: full, full with a foot, hollow, or open to the right. */
function paintBar({ context, colours }: Picture, { left, right, y, tone, isOpen }: Bar): void {
  const width = right - left
  const top = y - BAR / 2
  context.fillStyle = fillOf(tone, colours)
  if (tone === 'warn' && width > 4) {
    context.strokeStyle = context.fillStyle
    context.lineWidth = 1.5
    context.strokeRect(left + 0.75, top + 0.75, width - 1.5, BAR - 1.5)
    return
  }
  context.fillRect(left, top, width, BAR)
  if (tone === 'bad') {
    context.fillRect(left, top + BAR + 2, Math.max(width, MARK), 3)
    if (width > 8) paintHatch(context, colours.ground, left, right, top)
  }
  if (!isOpen) return
  context.beginPath()
  context.moveTo(right, top)
  context.lineTo(right + BAR / 2, y)
  context.lineTo(right, top + BAR)
  context.fill()
}

function paintHatch(
  context: CanvasRenderingContext2D,
  colour: string,
  left: number,
  right: number,
  top: number,
): void {
  context.save()
  context.beginPath()
  context.rect(left, top, right - left, BAR)
  context.clip()
  context.strokeStyle = colour
  context.lineWidth = 1.5
  context.beginPath()
  for (let x = left - BAR; x < right; x += 8) {
    context.moveTo(x, top + BAR)
    context.lineTo(x + BAR, top)
  }
  context.stroke()
  context.restore()
}

function paintChosen({ context, colours }: Picture, left: number, right: number, y: number): void {
  context.strokeStyle = colours.text
  context.lineWidth = 2
  context.strokeRect(left - 3, y - BAR / 2 - 3, right - left + 6, BAR + 6)
}

/** Hollow marks of what is planned; what will be skipped is struck through. */
export function paintPlanned(picture: Picture, planned: readonly Planned[], y: number): void {
  const { context, range, width, colours } = picture
  context.lineWidth = 1.5
  context.strokeStyle = colours.quiet
  for (const { x, snoozed } of marksOf(planned, range, width, MARK)) {
    context.beginPath()
    context.moveTo(x, y - MARK)
    context.lineTo(x + MARK, y)
    context.lineTo(x, y + MARK)
    context.lineTo(x - MARK, y)
    context.closePath()
    if (snoozed) {
      context.moveTo(x - MARK - 2, y + MARK + 2)
      context.lineTo(x + MARK + 2, y - MARK - 2)
    }
    context.stroke()
  }
}

/** How many ran at once, as an area; its height is that of the most. Answers with how many those were. */
export function paintLoad(picture: Picture, steps: readonly Load[], top: number, bottom: number): number {
  const { context, range, width, now, colours } = picture
  const isIn = (index: number) => steps[index]!.at <= range.to && (steps[index + 1]?.at ?? now) >= range.from
  const shown = steps.filter((_, index) => isIn(index))
  const most = shown.reduce((high, { count }) => Math.max(high, count), 0)
  if (most === 0) return 0
  const placeOf = (at: number) => Math.min(width, Math.max(0, xOf(at, range, width)))
  context.beginPath()
  context.moveTo(0, bottom)
  let y = bottom
  for (const { at, count } of shown) {
    const x = placeOf(at)
    context.lineTo(x, y)
    y = bottom - (count / most) * (bottom - top)
    context.lineTo(x, y)
  }
  context.lineTo(placeOf(Math.min(now, range.to)), y)
  context.lineTo(placeOf(Math.min(now, range.to)), bottom)
  context.closePath()
  context.fillStyle = colours.chosen
  context.fill()
  context.strokeStyle = colours.accent
  context.lineWidth = 1
  context.stroke()
  return most
}

/** The round times in words, along the bottom. */
export function paintTicks(picture: Picture, language: string, font: string): void {
  const { context, width, height, range, colours } = picture
  const { step, times } = ticksOf(range, width)
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', month: 'short', day: 'numeric' })
  const clock = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(step < 60_000 && { second: '2-digit' }),
  })
  context.fillStyle = colours.quiet
  context.font = font
  context.textBaseline = 'bottom'
  for (const at of times) {
    const words = (beginsDay(at) && step >= 60_000 ? day : clock).format(at)
    const x = xOf(at, range, width) + 4
    if (x >= 0 && x + context.measureText(words).width <= width) context.fillText(words, x, height - 2)
  }
}
