import { expect, test } from 'vitest'
import { boundsWithin } from '../../src/main/bounds.ts'

const LEFT = { x: 0, y: 25, width: 1440, height: 875 }
const RIGHT = { x: 1440, y: 0, width: 1920, height: 1080 }
const USUAL = { width: 1100, height: 720 }
const place = { x: 1600, y: 100, width: 1000, height: 700 }

test('the window opens where it stood', () => {
  expect(boundsWithin(place, [LEFT, RIGHT])).toEqual(place)
})

test('a window whose display is gone opens where it can be seen', () => {
  expect(boundsWithin(place, [LEFT])).toEqual(USUAL)
})

test.each([
  ['its title above all displays', { ...place, y: -50 }],
  ['its title below all displays', { ...place, y: 1070 }],
  ['a sliver of it to be seen', { ...place, x: 3300 }],
])('a window with %s could not be taken hold of', (_, kept) => {
  expect(boundsWithin(kept, [LEFT, RIGHT])).toEqual(USUAL)
})

test('a window is no larger than its display, and no smaller than what can be used', () => {
  expect(boundsWithin({ x: 0, y: 25, width: 5000, height: 4000 }, [LEFT])).toEqual(LEFT)
  expect(boundsWithin({ x: 0, y: 25, width: 150, height: 1 }, [LEFT])).toMatchObject({
    width: 480,
    height: 320,
  })
})

test.each([undefined, null, 'text', {}, { x: 1, y: 2, width: NaN, height: 4 }, { ...place, x: '1' }])(
  'what was kept may be damaged: %j',
  (kept) => {
    expect(boundsWithin(kept, [LEFT])).toEqual(USUAL)
  },
)
