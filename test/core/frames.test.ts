import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMark, framesOf, framesReader } from '../../src/core/executors/frames.ts'

/** What a reader makes of a stream that comes in such chunks. */
function read(mark: string, stream: Buffer, sizes: number[]) {
  const reports: string[] = []
  const around: Buffer[] = []
  const text = { push: (chunk: Buffer) => void around.push(Buffer.from(chunk)), end: () => {} }
  const reader = framesReader(mark, (report) => reports.push(report), text)
  for (let at = 0, next = 0; at < stream.length; next++) {
    const size = sizes[next % sizes.length]!
    reader.push(stream.subarray(at, at + size))
    at += size
  }
  reader.end()
  return { reports, around: Buffer.concat(around) }
}

test('reports and what stands around them are told apart, however the stream is cut', () => {
  const mark = createMark()
  const piece = fc.oneof(
    fc.record({
      report: fc.string({ unit: 'grapheme', maxLength: 9000 }).map((text) => JSON.stringify(text)),
    }),
    fc.record({ text: fc.uint8Array({ maxLength: 300 }) }),
    fc.constantFrom({ text: Buffer.from(mark.slice(0, 5)) }, { text: Buffer.from('\0\0') }),
  )
  const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), sizes, (pieces, sizes) => {
      const bytes = pieces.flatMap((piece) =>
        'report' in piece ? framesOf(mark, piece.report) : [Buffer.from(piece.text)],
      )
      const { reports, around } = read(mark, Buffer.concat(bytes), sizes)
      expect(reports).toEqual(pieces.flatMap((piece) => ('report' in piece ? [piece.report] : [])))
      expect(around).toEqual(
        Buffer.concat(pieces.flatMap((piece) => ('text' in piece ? [Buffer.from(piece.text)] : []))),
      )
    }),
  )
})

test('no frame is longer than what is written in one piece, so that others cannot write into it', () => {
  const frames = framesOf(createMark(), 'x'.repeat(20_000))
  expect(Math.max(...frames.map(({ length }) => length))).toBeLessThanOrEqual(4096)
})
