import * as fc from 'fast-check'

const nested = (depth: number) => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { value }
  return value
}

/** Strings that something between the client and the disk could take for more than text. */
export const STRINGS = [
  [
    '',
    ' ',
    '/',
    ' // ',
    '\n',
    '\t',
    '\0',
    '\u0001',
    '\u007f',
    '\u009f',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '\ufeff',
    '\u2028',
  ],
  [
    "'",
    '"',
    "' or 1=1 --",
    "'; drop table jobs; --",
    '%',
    '_',
    '\\',
    '\\%',
    '*',
    '?',
    '[',
    '[^a',
    '{a,b}',
    '**/*',
  ],
  [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    'NaN',
    '[object Object]',
  ],
  [
    '../../../../etc/passwd',
    '/dev/zero',
    '/dev/stdin',
    '/proc/self/mem',
    '/proc/x/y',
    'C:\\con',
    '\\\\server\\share',
    '~',
    '$(id)',
    '`id`',
  ],
  ['(a+)+$', '#0', '#-1', '#999999999999999', '#99999999999999999999', '1e9', '0x10', '+1', '１'],
  [
    'x'.repeat(201),
    'x'.repeat(5001),
    'é'.repeat(100_000),
    '999999999999999999999d',
    '-1s',
    '1h-1h',
    '9'.repeat(400),
  ],
].flat()

const polluted = () =>
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as unknown

/** Values of JSON that hardly any field wants. */
const plain: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...STRINGS),
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 0.1, 1e308, 2 ** 53, -(2 ** 53), 4_294_967_296),
  fc.constant(null).map(() => ({})),
  fc.constant(null).map(() => []),
  fc.constant(null).map(polluted),
  fc.constantFrom(101, 3000).map(nested),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
)

const cyclic = () => {
  const value: Record<string, unknown> = { list: [] }
  value.self = value
  ;(value.list as unknown[]).push(value)
  return value
}

/** Values that JSON cannot hold, or holds otherwise. */
const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(undefined, NaN, Infinity, -Infinity, 10n, Symbol('s'), () => 1, /(a+)+$/, Object),
  fc.constant(null).map(cyclic),
  fc.constant(null).map(() => Object.create(null) as unknown),
  fc.constant(null).map(() => new Date(NaN)),
  fc.constant(null).map(() => new Map([['key', new Set([1])]])),
  fc.constant(null).map(() => new Uint8Array(8)),
  fc.constant(null).map(() => Array.from({ length: 3 })),
  fc.constant(null).map(() => Promise.resolve(1)),
  fc.constant(null).map(
    () =>
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('trapped')
          },
        },
      ),
  ),
  fc.constant(null).map(() =>
    Object.defineProperty({}, 'name', {
      enumerable: true,
      get: () => {
        throw new Error('trapped')
      },
    }),
  ),
  fc.constant(null).map(() => Array.from({ length: 100_000 }, () => null)),
  fc.constant(null).map(() => 'x'.repeat(3_000_000)),
)

/**
 * An input that is wrong somewhere: a good one in which something was replaced or added, or nothing of the kind.
 * @param isJson whether it must be such that JSON holds it
 */
export function hostileTo(valid: fc.Arbitrary<unknown>, isJson: boolean): fc.Arbitrary<unknown> {
  const value = isJson ? plain : fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: strange })
  const replaced = fc
    .tuple(valid, fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), value)
    .map(([good, path, bad]) => replace(good, path, bad))
  const added = fc
    .tuple(
      valid,
      fc.constantFrom('__proto__', 'constructor', 'toString', 'extra', '', '\ud800', 'x'.repeat(10_000)),
      value,
    )
    .map(([good, name, bad]) => add(good, name, bad))
  return fc.oneof(
    { weight: 6, arbitrary: replaced },
    { weight: 2, arbitrary: added },
    { weight: 1, arbitrary: value },
  )
}

function replace(good: unknown, [index = 0, ...rest]: number[], bad: unknown): unknown {
  if (typeof good !== 'object' || good === null) return bad
  const copy = (Array.isArray(good) ? [...(good as unknown[])] : { ...good }) as Record<string, unknown>
  const keys = Object.keys(copy)
  const key = keys[index % Math.max(1, keys.length)]
  if (key === undefined) return bad
  copy[key] = rest.length > 0 ? replace(copy[key], rest, bad) : bad
  return copy
}

function add(good: unknown, name: string, bad: unknown): unknown {
  if (typeof good !== 'object' || good === null) return bad
  // As JSON.parse does it: a field of its own, whatever its name.
  return Object.defineProperty({ ...good }, name, {
    value: bad,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}
