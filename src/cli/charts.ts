/** Small charts of characters, which say the same without colour. */
import stringWidth from 'string-width'

export interface Bar {
  label: string
  value: number
  remark?: string
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** Where the terminal does not say how wide it is. */
const USUAL_COLUMNS = 80
const WIDEST = 50
const NARROWEST = 8

/**
 * Bars that all begin at nought and have one scale, which stands under them. A value that is too small for the
 * thinnest bar has a dot; none at all has nothing.
 */
export function bars(rows: Bar[], columns = process.stdout.columns || USUAL_COLUMNS): string {
  const most = scaleOf(Math.max(...rows.map(({ value }) => value)))
  const labels = Math.max(...rows.map(({ label }) => stringWidth(label)))
  const numbers = Math.max(...rows.map(({ value }) => value.toLocaleString('en').length))
  const remarks = Math.max(...rows.map(({ remark = '' }) => stringWidth(remark)))
  const taken = labels + numbers + 4 + (remarks > 0 ? remarks + 2 : 0)
  const width = Math.max(NARROWEST, Math.min(WIDEST, columns - taken - 1))
  const lines = rows.map(({ label, value, remark = '' }) => {
    const bar = barOf(value / most, width) || (value > 0 ? '·' : '')
    const number = value.toLocaleString('en').padStart(numbers)
    const start = label + ' '.repeat(labels - stringWidth(label))
    return `${start}  ${bar.padEnd(width)}  ${number}  ${remark}`.trimEnd()
  })
  const end = most.toLocaleString('en')
  return [...lines, `${' '.repeat(labels)}  0${'─'.repeat(Math.max(1, width - 1 - end.length))}${end}`].join(
    '\n',
  )
}

/** A round number that none of them exceeds. */
function scaleOf(most: number): number {
  if (most <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((round) => round >= most)!
}

function barOf(part: number, width: number): string {
  const eighths = Math.round(part * width * 8)
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!
}

/** The 24 hours of a day with a bar for each, and the busiest ones in words. */
export function hourLine(hours: number[]): string {
  const most = Math.max(...hours)
  const line = hours
    .map((count) => (count === 0 ? ' ' : HEIGHTS[Math.max(0, Math.ceil((count / most) * 8) - 1)]!.padEnd(1)))
    .join('')
  const busiest = hours
    .map((count, hour) => ({ count, hour }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count || a.hour - b.hour)
    .slice(0, 3)
    .map(({ count, hour }) => `${String(hour).padStart(2, '0')}:00 (${count.toLocaleString('en')})`)
  return [`|${line}|`, ' 0     6     12    18    ', `Busiest: ${busiest.join(', ')}`]
    .map((text) => text.trimEnd())
    .join('\n')
}
