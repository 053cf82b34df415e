/** Draws the icons into resources/: shape tells the states of the tray apart, colour only helps. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

type Colour = [red: number, green: number, blue: number]
/** Whether a point is inside, in a square from -1 to 1. */
type Shape = (x: number, y: number) => boolean
type Layer = [Shape, Colour]

/** Points that are looked at in each pixel, across: edges become soft. */
const SAMPLES = 4
const [BLACK, WHITE, GREY, GREEN, RED]: Colour[] = [
  [0, 0, 0],
  [255, 255, 255],
  [110, 118, 129],
  [31, 136, 61],
  [207, 34, 46],
]

const disc =
  (radius: number): Shape =>
  (x, y) =>
    Math.hypot(x, y) <= radius
const without =
  (shape: Shape, hole: Shape): Shape =>
  (x, y) =>
    shape(x, y) && !hole(x, y)
const box =
  (left: number, top: number, right: number, bottom: number): Shape =>
  (x, y) =>
    x >= left && x <= right && y >= top && y <= bottom
const either =
  (...shapes: Shape[]): Shape =>
  (x, y) =>
    shapes.some((shape) => shape(x, y))

const ring = without(disc(0.92), disc(0.68))
const triangle: Shape = (x, y) => x >= -0.3 && x <= 0.55 && Math.abs(y) <= (0.55 - x) * 0.58
const exclamation = either(box(-0.12, -0.5, 0.12, 0.12), (x, y) => Math.hypot(x, y - 0.38) <= 0.14)
const rounded: Shape = (x, y) =>
  Math.hypot(Math.max(Math.abs(x) - 0.62, 0), Math.max(Math.abs(y) - 0.62, 0)) <= 0.3

const STATES = {
  idle: { mark: box(-0.3, -0.12, 0.3, 0.12), colour: GREY! },
  running: { mark: triangle, colour: GREEN! },
  'needs-you': { mark: exclamation, colour: RED! },
}

function draw(size: number, layers: Layer[]): Buffer {
  const pixels = Buffer.alloc(size * (size * 4 + 1)) // each line begins with its filter: none
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const at = row * (size * 4 + 1) + 1 + column * 4
      let [red, green, blue, seen] = [0, 0, 0, 0]
      for (let sample = 0; sample < SAMPLES ** 2; sample++) {
        const x = ((column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size) * 2 - 1
        const y = ((row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size) * 2 - 1
        const found = layers.findLast(([shape]) => shape(x, y))
        if (!found) continue
        seen++
        red += found[1][0]
        green += found[1][1]
        blue += found[1][2]
      }
      if (seen === 0) continue
      pixels.set([red / seen, green / seen, blue / seen, (seen / SAMPLES ** 2) * 255], at)
    }
  return pixels
}

function png(size: number, layers: Layer[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6], 8) // 8 bits of red, green, blue and alpha
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(draw(size, layers), { level: 9 })),
    chunk('IEND'),
  ]
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks])
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

const folder = join(import.meta.dirname, '../resources')
mkdirSync(folder, { recursive: true })
const write = (name: string, size: number, layers: Layer[]) =>
  writeFileSync(join(folder, name), png(size, layers))
write('icon.png', 256, [
  [rounded, [36, 62, 99]],
  [without(disc(0.6), disc(0.44)), WHITE!],
  [(x, y) => triangle(x * 1.6, y * 1.6), WHITE!],
])
for (const [state, { mark, colour }] of Object.entries(STATES)) {
  const shape = either(ring, mark)
  write(`tray-${state}.png`, 32, [[shape, colour]])
  // The system of macOS takes the shape alone, in the colour of its menu bar.
  write(`tray-${state}Template.png`, 16, [[shape, BLACK!]])
  write(`tray-${state}Template@2x.png`, 32, [[shape, BLACK!]])
}
