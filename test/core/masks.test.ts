import { describe, expect, test } from 'vitest'
import { collect, messages, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

/** As a workflow command takes it. */
const escaped = (secret: string) =>
  secret.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** Runs a shell script that names the secrets, then does the rest; texts reach it through its parameters. */
async function run(secrets: string[], rest: string, params: Record<string, string> = {}) {
  const deck = await openDeck()
  const names = secrets.map((_, index) => `printf '%s\\n' "::add-mask::$JOBDECK_PARAM_SECRET${index}"\n`)
  const file = writeFile(temporaryFolder(), 'handler.sh', `#!/bin/sh\n${names.join('')}${rest}\n`, 0o755)
  const given = Object.fromEntries(secrets.map((secret, index) => [`secret${index}`, escaped(secret)]))
  const job = deck.once('process', { name: 'secretive', params: { ...given, ...params } }).add(1, { file })
  const [execution] = await job.start()
  const ended = await execution!.finished()
  return { ended, log: await collect(execution!.logs()) }
}

const print = (...names: string[]) =>
  names.map((name) => `printf '%s\\n' "$JOBDECK_PARAM_${name.toUpperCase()}"`).join('\n')

describe('a secret that a run names', () => {
  const SECRET = String.raw`p"a\ss "quoted" C:\dir`

  test('with quotes and backslashes is masked in text, and in JSON lines with their fields', async () => {
    const { log } = await run([SECRET], print('plain', 'json', 'other', 'jsonText'), {
      plain: `before ${SECRET} after`,
      json: JSON.stringify({
        level: 'warn',
        msg: `it is ${SECRET}`,
        key: SECRET,
        deep: [{ [SECRET]: SECRET }],
      }),
      other: JSON.stringify({ no: 'level', key: SECRET }),
      jsonText: JSON.stringify({ level: 'info', msg: 'inner', inner: JSON.stringify({ key: SECRET }) }),
    })
    expect(log.map(({ message, fields }) => [message, fields])).toEqual([
      ['before *** after', null],
      ['it is ***', { key: '***', deep: [{ '***': '***' }] }],
      ['{"no":"level","key":"***"}', null],
      ['inner', { inner: '{"key":"***"}' }],
    ])
  })

  test('with quotes and backslashes is masked in results, as JSON and as lines, and in progress', async () => {
    const json = JSON.stringify({ key: SECRET, list: [`x${SECRET}y`] })
    const { ended } = await run(
      [SECRET],
      `printf '%s' "$JOBDECK_PARAM_JSON" > "$JOBDECK_OUTPUT"\n${print('progress')}`,
      { json, progress: `::progress::50 it is ${SECRET}` },
    )
    expect(ended).toMatchObject({ result: { key: '***', list: ['x***y'] }, progressMessage: 'it is ***' })
    const line = await run([SECRET], `printf 'key=%s\\n' "$JOBDECK_PARAM_SECRET0" > "$JOBDECK_OUTPUT"`)
    expect(line.ended.result).toEqual({ key: '***' })
  })

  test.each(['\n', '\r\n'])('in several lines is masked line by line, ended by %j', async (end) => {
    const lines = ['-----BEGIN KEY-----', '  ab"c/1+2=', '}', 'def', '-----END KEY-----']
    const secret = lines.join(end)
    const { log } = await run([secret], print('each', 'whole', 'part'), {
      each: lines.join('\n'),
      whole: JSON.stringify({ level: 'info', msg: 'json', key: secret }),
      part: JSON.stringify({ level: 'info', msg: 'json', key: 'x ab"c/1+2= y', 'a}': 1 }),
    })
    expect(log.map(({ message, fields }) => fields ?? message)).toEqual([
      '***',
      '  ***',
      '}', // a bracket alone tells nothing
      '***',
      '***',
      { key: '***' },
      { key: 'x *** y', 'a}': 1 },
    ])
  })

  test('is masked whole though another one is a part of it', async () => {
    const { log } = await run(['abc', 'abcdef', 'xabcdefx'], print('line'), { line: 'abc abcdef xabcdefx' })
    expect(messages(log)).toEqual(['*** *** ***'])
  })

  test.each(['{', '"', ':', 'message', 'name', '1', 'null', '\\'])(
    'that is a part of JSON itself (%j) leaves a log that can be read and a run that ends',
    async (secret) => {
      const line = JSON.stringify({ level: 'info', msg: 'a line', list: [1, 12, null, 'x{1}"\\'] })
      const { ended, log } = await run(
        [secret],
        `${print('line')}\nprintf '{"a":[1,"{1}",null]}' > "$JOBDECK_OUTPUT"\nexit 3`,
        { line },
      )
      expect(ended).toMatchObject({ status: 'failed', exitCode: 3, error: { name: 'ProgramFailed' } })
      expect(ended.result).toHaveProperty('a')
      expect(log).toHaveLength(1)
      expect(log[0]!.fields).toHaveProperty('list')
      const seen = [...(log[0]!.fields!.list as unknown[]), ...(ended.result as { a: unknown[] }).a]
      expect(seen.filter((value) => value !== null && String(value).includes(secret))).toEqual([])
    },
  )
})
