import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'

const SOURCE = `export const params = {
  type: 'object',
  required: ['from'],
  additionalProperties: false,
  properties: {
    from: { type: 'string' },
    count: { type: 'integer', minimum: 1 },
    size: { enum: ['small', 'large'] },
    tags: { type: 'array', items: { type: 'string' } },
    move: { type: 'boolean', default: false },
  },
}
export default ({ params }: { params: unknown }) => params
`

function prepare() {
  const folder = temporaryFolder()
  return { folder, data: join(folder, 'data'), file: writeFile(folder, 'handler.ts', SOURCE) }
}

describe('parameters are refused with exit code 2, in words, and nothing is recorded:', () => {
  test.each([
    ['what is not JSON', ['--params', '{from: 1}'], /--params is not JSON/],
    ['a list', ['--params', '[1]'], /--params: wants a JSON object.*got a list/],
    ['null', ['--params', 'null'], /--params: wants a JSON object.*got null/],
    ['a missing file', ['--params', '@gone.json'], /--params: .*gone\.json/],
    ['a file that is not JSON', ['--params', '@bad.json'], /--params: bad\.json is not JSON/],
    ['a pair without =', ['--param', 'from'], /--param: wants name=value, got "from"/],
    ['a pair without a name', ['--param', '=x'], /--param: wants name=value, got "=x"/],
    ['JSON of another type', ['--params', '{"from": 7}'], /parameter "from" must be string; got 7/],
    [
      'text that is no number',
      ['-p', 'from=a', '-p', 'count=many'],
      /parameter "count" must be integer; got "many"/,
    ],
    ['a number out of bounds', ['-p', 'from=a', '-p', 'count=0'], /parameter "count" must be >= 1; got 0/],
    ['none of the choices', ['-p', 'from=a', '-p', 'size=M'], /parameter "size" .*"small", "large"; got "M"/],
    [
      'an unknown name',
      ['-p', 'from=a', '-p', 'colour=red'],
      /parameter "colour" is not known; known: from, count/,
    ],
    ['a missing one', ['--params', '{}'], /parameter "from" is missing; wanted: string/],
    ['a missing one, none given', [], /parameter "from" is missing; wanted: string/],
    ['a name that no object keeps', ['-p', '__proto__=1'], /--param: __proto__ cannot be/],
    ['that name in JSON', ['--params', '{"__proto__": {"a": 1}}'], /__proto__ cannot be/],
    [
      'ones that are nested too deep',
      ['--params', '@deep.json'],
      /--params: must not be nested more than 100 deep/,
    ],
    [
      'ones that are nested too deep beside a typed one',
      ['--params', '@deep.json', '-p', 'from=a'],
      /--params: must not be nested more than 100 deep/,
    ],
    [
      'an item of another type',
      ['--params', '{"from":"a","tags":["b",7]}'],
      /parameter "tags\.1" must be string; got 7/,
    ],
  ])('%s', async (_, args, message) => {
    const { folder, data, file } = prepare()
    writeFile(folder, 'bad.json', 'from=a')
    writeFile(folder, 'deep.json', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)
    const { code, stdout, stderr } = await jobdeck(['--json', 'run', file, ...args], { data, cwd: folder })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    for (const list of ['runs', 'list']) {
      expect((await jobdeck(['--json', list], { data })).stdout, `jobdeck ${list}`).toBe('')
    }
  })
})

test.each([
  [
    'typed ones become what the schema wants',
    ['-p', 'from=a=b', '-p', 'count=3', '-p', 'move=true'],
    { from: 'a=b', count: 3, move: true },
  ],
  [
    'repeated ones become a list',
    ['-p', 'from=', '-p', 'tags=a', '-p', 'tags=b'],
    { from: '', tags: ['a', 'b'], move: false },
  ],
  [
    'one becomes a list where a list is wanted',
    ['-p', 'from=x', '-p', 'tags=a'],
    { from: 'x', tags: ['a'], move: false },
  ],
  [
    'those of a file are covered by typed ones',
    ['--params', '@good.json', '-p', 'from=typed'],
    { from: 'typed', count: 2, move: false },
  ],
])('parameters: %s', async (_, args, result) => {
  const { folder, data, file } = prepare()
  writeFile(folder, 'good.json', '{"from": "file", "count": 2}')
  const ran = await jobdeck(['--json', 'run', file, ...args], { data, cwd: folder })
  expect(ran.stderr).toBe('')
  expect(ran.json().at(-1)!.execution.result).toEqual(result)
})
