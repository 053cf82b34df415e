import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Deck, Job } from '../../src/core/index.ts'
import { openTestDeck } from '../../src/core/testing/index.ts'
import { holding, modeOf } from '../support/bytes.ts'
import { collect, gate, openDeck, temporaryFolder, writeFile } from '../support/deck.ts'

const VALUE = 'correct horse/battery+staple'

const set = (deck: Deck, name: string, value = VALUE) => deck.client.request('secrets.set', { name, value })
const keyOf = (deck: { file: string }) => join(`${deck.file}-files`, 'secrets.key')
const fault = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
  )

async function deckWith(secrets: Record<string, string>) {
  const deck = await openDeck()
  for (const [name, value] of Object.entries(secrets)) await set(deck, name, value)
  return deck
}

/** Starts the job and waits until it has ended. */
async function ended(job: Job, params?: Record<string, never>) {
  const [execution] = await job.start(params)
  const detail = await execution!.finished()
  return { detail, log: await collect(execution!.logs()) }
}

describe('a secret', () => {
  test('is listed by its name and by what refers to it; no answer and no trail has its value', async () => {
    const deck = await deckWith({ TOKEN: VALUE, short: 'ab' })
    await deck.once('process', { name: 'A', params: { deep: [{ secret: 'TOKEN' }] } }).save()
    await deck.once('process', { name: 'B', params: { text: '{"secret":"TOKEN"}' } }).save()
    const policy = { environment: { T: { secret: 'TOKEN' } } }
    await deck.client.request('categories.save', { path: 'home', policy })
    const list = await deck.client.request('secrets.list', {})
    expect(list.map(({ name, jobs, categories }) => [name, jobs.map((job) => job.name), categories])).toEqual(
      [
        ['TOKEN', ['A'], ['home']],
        ['short', [], []],
      ],
    )
    const answers = [list, await deck.client.request('trail.list', {}), await set(deck, 'TOKEN')]
    expect(JSON.stringify(answers)).not.toContain(VALUE)
    expect((await deck.client.request('trail.list', {}))[0]).toMatchObject({
      action: 'secret set',
      details: { secret: 'TOKEN' },
    })
    expect(await set(deck, 'short', 'ab')).toMatchObject({ isMasked: false })
  })

  test.each([
    ['no name', { name: '', value: 'x' }, 'name'],
    ['a name with a space', { name: 'a b', value: 'x' }, 'name'],
    ['a name that begins with a digit', { name: '1a', value: 'x' }, 'name'],
    ['no value', { name: 'a', value: '' }, 'value'],
    ['half a character', { name: 'a', value: 'geheim\ud800' }, 'value'],
    ['64 KiB and a byte', { name: 'a', value: 'geheim'.padEnd(64 * 1024 - 1, '.') + 'ä' }, 'value'],
  ])('with %s is refused by the name of the field, and its value is not told', async (_, input, field) => {
    const deck = await openDeck()
    const refusal = await fault(deck.client.request('secrets.set', input))
    expect(refusal).toMatch(new RegExp(`^invalid-input: ${field}: must `))
    expect(refusal).not.toContain('geheim')
  })

  test('in use is not removed by accident: the refusal names the job', async () => {
    const deck = await deckWith({ TOKEN: VALUE, OTHER: VALUE })
    await deck.once('process', { name: 'A', params: { a: { secret: 'TOKEN' } } }).save()
    const remove = (input: { names: string[]; force?: boolean }) =>
      deck.client.request('secrets.remove', input)
    expect(await fault(remove({ names: ['OTHER', 'TOKEN'] }))).toMatch(
      /^conflict: the secret "TOKEN" is used by the job "A":/,
    )
    expect(await fault(remove({ names: ['OTHER', 'NONE'] }))).toMatch(/^not-found: .*"NONE"/)
    expect(await deck.client.request('secrets.list', {})).toHaveLength(2) // all or none
    await remove({ names: ['OTHER', 'TOKEN', 'TOKEN'], force: true })
    expect(await deck.client.request('secrets.list', {})).toEqual([])
  })

  test('lies in no file of the deck and in no copy, only its key does, for its owner alone', async () => {
    const deck = await deckWith({ TOKEN: VALUE })
    const folder = dirname(deck.file)
    expect(modeOf(keyOf(deck))).toBe('600')
    await deck.client.request('deck.backUp', { file: join(folder, 'copy.db') })
    expect(holding(folder, [VALUE])).toEqual([])
    const key = readFileSync(keyOf(deck)).toString('latin1')
    expect(readFileSync(join(folder, 'copy.db')).toString('latin1')).not.toContain(key)
  })

  test('that several programs set at once is readable for all: they agree on one key', async () => {
    const file = join(temporaryFolder(), 'jobs.db')
    const decks = await Promise.all([0, 1, 2, 3].map(() => openDeck({ file })))
    await Promise.all(decks.map((deck, index) => set(deck, `S${index}`, `value ${index}`)))
    const params = Object.fromEntries(decks.map((_, index) => [`s${index}`, { secret: `S${index}` }]))
    const job = decks[0]!
      .once('in-process', { name: 'reads', params })
      .add(1, (execution) => Object.values(execution.params).map((text) => String(text).toUpperCase()))
    expect((await ended(job)).detail.result).toEqual([0, 1, 2, 3].map((index) => `VALUE ${index}`))
  })

  test('whose key is missing, or another one, says so, names both, and can be set again', async () => {
    const deck = await deckWith({ TOKEN: VALUE })
    const job = deck
      .once('in-process', { name: 'reads', params: { token: { secret: 'TOKEN' } } })
      .add(1, ({ params }) => (params.token as unknown) === VALUE)
    rmSync(keyOf(deck))
    expect(await fault(job.start())).toMatch(
      /^secret-missing: params.token: the key of the secrets, .*secrets.key, is missing: set the secret "TOKEN" again/,
    )
    await set(deck, 'OTHER')
    expect(await fault(job.start())).toMatch(/^secret-missing: params.token: the key .* is not the one/)
    await set(deck, 'TOKEN')
    expect((await ended(job)).detail.result).toBe(true)
    writeFileSync(keyOf(deck), 'torn')
    expect(await fault(set(deck, 'TOKEN'))).toMatch(/^secret-missing: .* cannot be used: remove it/)
  })

  test('has a key that a keeper wraps: what lies in the file is what the keeper made', async () => {
    const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff))
    const file = join(temporaryFolder(), 'jobs.db')
    const keeper = {
      protect: async (key: Buffer) => Buffer.concat([Buffer.from('wrapped'), turned(key)]),
      unprotect: async (bytes: Buffer) => turned(bytes.subarray(7)),
    }
    const deck = await openDeck({ file, keeper })
    await set(deck, 'TOKEN')
    const job = (of: Deck) =>
      of
        .once('in-process', { name: 'reads', params: { token: { secret: 'TOKEN' } } })
        .add(1, ({ params }) => (params.token as unknown) === VALUE)
    expect((await ended(job(deck))).detail.result).toBe(true)
    expect(readFileSync(keyOf(deck)).subarray(0, 7).toString()).toBe('wrapped')
    const without = await openDeck({ file })
    expect(await fault(job(without).start())).toMatch(/^secret-missing: the key .* cannot be used/)
  })
})

describe('a reference to a secret that is not there', () => {
  const handlers = [{ handler: { command: ['true'] } }]
  const nowhere = { secret: 'NONE' }

  test('is refused where it is saved or given, by the name of the field', async () => {
    const deck = await deckWith({ TOKEN: VALUE })
    const { request } = deck.client
    const said = /there is no secret "NONE"; to set it: jobdeck secrets set NONE$/
    const refused = async (work: Promise<unknown>, field: string) => {
      const refusal = await fault(work)
      expect(refusal).toMatch(said)
      expect(refusal).toContain(`invalid-input: ${field}: `)
    }
    const base = { name: 'A', handlers }
    await refused(request('jobs.save', { ...base, params: { a: [{ b: nowhere }] } }), 'params.a.0.b')
    await refused(request('jobs.save', { ...base, environment: { T: nowhere } }), 'environment.T')
    await refused(request('jobs.run', { job: { ...base, params: { a: nowhere } } }), 'job.params.a')
    await request('jobs.save', { ...base, params: { a: { secret: 'TOKEN' } } })
    await refused(request('jobs.start', { job: 'A', params: { a: nowhere } }), 'params.a')
    const policy = { environment: { T: nowhere } }
    await refused(request('categories.save', { path: 'c', policy }), 'policy.environment.T')
    await request('jobs.save', base)
    await request('secrets.remove', { names: ['TOKEN'] })
    expect(await fault(request('versions.restore', { job: 'A', number: 1 }))).toMatch(
      /^invalid-input: params.a: /,
    )
    expect((await request('jobs.list', {})).length).toBe(1)
  })

  test('is imported and said, and the job then does not start, and says why', async () => {
    const deck = await openDeck()
    const jobs = [{ name: 'A', handlers, params: { a: nowhere }, environment: { T: { secret: 'NO2' } } }]
    const [report] = await deck.client.request('deck.import', { document: { jobdeck: 1, jobs } })
    expect(report!.missingSecrets).toEqual(['NO2', 'NONE'])
    expect(await fault(deck.client.request('jobs.start', { job: 'A' }))).toMatch(
      /^secret-missing: params.a: there is no secret "NONE".*; environment.T: there is no secret "NO2"/,
    )
  })

  test('keeps a job from running by itself: the ledger says that it was refused, and why', async () => {
    await using deck = await openTestDeck({ now: Date.UTC(2026, 0, 1) })
    await set(deck, 'TOKEN')
    const name = 'A'
    await deck
      .every('process', { name, params: { a: { secret: 'TOKEN' } } }, '1h')
      .add(1, { command: ['true'] })
      .save()
    await deck.client.request('secrets.remove', { names: ['TOKEN'], force: true })
    await deck.advance('1h')
    const [row] = await deck.client.request('occurrences.list', { job: name })
    expect(row).toMatchObject({ outcome: 'skipped', reason: 'refused' })
    expect(row!.detail).toMatch(/^params.a: there is no secret "TOKEN"/)
  })

  test('of a run that waited fails that run, and says why', async () => {
    const deck = await deckWith({ TOKEN: VALUE })
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'A', params: { a: { secret: 'TOKEN' } } }).add(1, handler)
    await job.start()
    await begun
    const [second] = await job.start()
    await deck.client.request('secrets.remove', { names: ['TOKEN'], force: true })
    end(null)
    const { status, error } = await second!.finished()
    expect(status).toBe('failed')
    expect(error!.message).toMatch(/^params.a: there is no secret "TOKEN"/)
  })
})

/** A module that gives back what it got, by another way than as it is. */
const ECHO = `export default ({ params }) => ({
  codes: [...params.token].map((character) => character.charCodeAt(0)), deep: params.deep[0].inner.length,
  variable: [...(process.env.TOKEN ?? '')].length })`

const references = {
  params: { token: { secret: 'TOKEN' }, deep: [{ inner: { secret: 'TOKEN' } }], plain: 'seen' },
  environment: { TOKEN: { secret: 'TOKEN' } },
}
const codes = Array.from(VALUE, (character) => character.charCodeAt(0))

describe('a run', () => {
  test.each(['in-process', 'process'] as const)(
    'in mode %s gets values; references are stored',
    async (mode) => {
      const deck = await deckWith({ TOKEN: VALUE })
      const file = writeFile(temporaryFolder(), 'echo.mjs', ECHO)
      const job = deck.once(mode, { name: 'echo', ...references }).add(1, { file })
      for (let time = 0; time < 2; time++) {
        const { detail } = await ended(job)
        expect(detail.result).toEqual({ codes, deep: VALUE.length, variable: VALUE.length })
        expect(detail.params).toEqual(references.params)
        expect(detail.environment).toMatchObject({ TOKEN: '***' })
      }
      expect(await deck.client.request('jobs.get', { job: 'echo' })).toMatchObject({
        params: references.params,
        policy: { environment: references.environment },
      })
      expect(holding(dirname(deck.file), [VALUE])).toEqual([])
    },
  )

  test.each([0, 3])(
    'of a program that ends with %i has it in its file alone, and the file goes',
    async (code) => {
      const deck = await deckWith({ TOKEN: VALUE })
      // What it finds, without saying the secret itself.
      const shell = `env | grep -c horse; stat -c %a "$JOBDECK_PARAMS_FILE"; wc -c < "$JOBDECK_PARAMS_FILE"
      echo "$JOBDECK_PARAM_PLAIN \${JOBDECK_PARAM_TOKEN-none} \${JOBDECK_PARAMS-none}"; exit ${code}`
      const job = deck.once('process', { name: 'program', params: references.params }).add(1, { shell })
      const { detail, log } = await ended(job)
      const real = JSON.stringify({ ...references.params, token: VALUE, deep: [{ inner: VALUE }] })
      expect(log.map(({ message }) => message)).toEqual(['0', '600', String(real.length), 'seen none none'])
      expect(detail.exitCode).toBe(code)
      expect(holding(dirname(deck.file), [VALUE])).toEqual([])
    },
  )

  test('of a program has it as a variable, and on stdin, where the job says so', async () => {
    const deck = await deckWith({ TOKEN: VALUE })
    const shell = 'printf %s "$TOKEN" | tr a-z A-Z; echo; tr a-z A-Z'
    const job = deck.once('process', { name: 'program', stdin: 'params', ...references }).add(1, { shell })
    const { detail, log } = await ended(job)
    expect(log[0]!.message).toBe(VALUE.toUpperCase())
    expect(log[1]!.message).toContain(VALUE.toUpperCase())
    expect(detail.environment!.TOKEN).toBe('***')
  })

  test.each([
    ['cannot be started', { command: ['there-is-no-such-program'] }],
    ['is stopped', { shell: 'echo ready; sleep 1000' }],
  ])('of a program that %s leaves no file with a secret behind', async (_, handler) => {
    const deck = await deckWith({ TOKEN: VALUE })
    const job = deck.once('process', { name: 'program', params: references.params }).add(1, handler)
    const [execution] = await job.start()
    if ('shell' in handler) {
      for await (const { message } of execution!.logs({ follow: true })) if (message === 'ready') break
      await execution!.stop({ force: true })
    }
    const { id, status } = await execution!.finished()
    expect(['failed', 'cancelled']).toContain(status)
    expect(existsSync(join(`${deck.file}-files`, 'temp', String(id), 'params.json'))).toBe(false)
    expect(holding(dirname(deck.file), [VALUE])).toEqual([])
  })

  test('that is tried again gets the value that the secret has by then', async () => {
    const deck = await deckWith({ TOKEN: 'the old one' })
    const seen: unknown[] = []
    const retry = { attempts: 2, delay: 1 }
    const job = deck.once('in-process', { name: 'A', retry, params: { a: { secret: 'TOKEN' } } })
    job.add(1, async ({ params, attempt }) => {
      seen.push(params.a)
      if (attempt > 1) return
      await set(deck, 'TOKEN', 'the new one')
      throw new Error('try again')
    })
    await job.start()
    await job.finished()
    expect(seen).toEqual(['the old one', 'the new one'])
  })

  test('is not begun with a variable that cannot hold the secret, and does not tell it', async () => {
    const deck = await deckWith({ TOKEN: 'nul\0inside' })
    const environment = { T: { secret: 'TOKEN' } }
    const { detail } = await ended(deck.once('process', { name: 'A', environment }).add(1, { shell: 'true' }))
    expect(detail.error!.message).toMatch(/^environment.T: the secret "TOKEN" has a NUL character/)
  })
})

/** Says its secret in every way that a module has. */
const TELLER = `export default ({ params, info, setProgress }) => {
  const { token } = params
  info('it is ' + token, { key: token, ['k' + token]: [token] })
  console.log({ token })
  console.error(new Error(token))
  process.stdout.write('raw ' + token + '\\n')
  info(encodeURIComponent(token) + ' ' + Buffer.from(token).toString('base64') + ' ' + JSON.stringify([token]))
  setProgress(50, 'now ' + token)
  if (params.fails) throw Object.assign(new Error('failed with ' + token), { code: token })
  return { token, list: ['x' + token + 'y'] }
}`

describe('what a run writes', () => {
  const SECRET = 'pa"ss\\ w/ö+rd\nsecond line, längere'

  test.each([
    ['in-process', false],
    ['in-process', true],
    ['process', false],
    ['process', true],
  ] as const)('in mode %s (and fails: %s) is masked from the first byte on', async (mode, fails) => {
    const deck = await deckWith({ TOKEN: SECRET })
    const file = writeFile(temporaryFolder(), 'teller.mjs', TELLER)
    const params = { token: { secret: 'TOKEN' }, fails }
    const progress: string[] = []
    const job = deck.once(mode, { name: 'teller', params }).add(1, { file })
    job.onProgress(({ message }) => progress.push(String(message)))
    const { detail, log } = await ended(job)
    expect(log.length).toBeGreaterThan(4)
    expect(log[0]).toMatchObject({ message: 'it is ***', fields: { key: '***', 'k***': ['***'] } })
    expect(log.map(({ message }) => message)).toContain('*** *** ["***"]')
    const told = JSON.stringify([detail, log, progress])
    for (const part of ['pa"ss', 'pa\\"ss', 'second line', 'pa%22ss', Buffer.from(SECRET).toString('base64')])
      expect(told).not.toContain(JSON.stringify(part).slice(1, -1))
    expect(detail.progressMessage ?? progress[0]).toBe('now ***')
    if (fails) expect(detail.error).toMatchObject({ message: 'failed with ***', code: '***' })
    else expect(detail.result).toEqual({ token: '***', list: ['x***y'] })
    expect(holding(dirname(deck.file), ['w/ö+rd', 'second line'])).toEqual([])
  })

  test('has no value of a parameter that is a password, whatever it is given by', async () => {
    const deck = await openDeck()
    const file = writeFile(
      temporaryFolder(),
      'password.mjs',
      `const kinds = { pin: { type: 'integer', format: 'password' }, word: { $ref: '#/$defs/word' } }
      export const params = { type: 'object', properties: Object.assign({}, kinds), $defs: { word: { type: 'string', format: 'password', default: 'from the schema' } } }
      export default ({ params, info }) => (info(params.word + ' ' + params.pin), params)`,
    )
    const job = deck.once('in-process', { name: 'A', params: { word: 'geheim', pin: 4711 } }).add(1, { file })
    const { detail, log } = await ended(job)
    expect([log[0]!.message, detail.result]).toEqual(['*** ***', { word: '***', pin: '***' }])
  })
})

describe('a schema', () => {
  const moduleWith = (properties: object) =>
    writeFile(
      temporaryFolder(),
      'checked.mjs',
      `export const params = ${JSON.stringify({ type: 'object', properties })}
      export default ({ params }) => Object.keys(params)`,
    )

  test('is met by the value of a secret, and refuses it without telling it', async () => {
    const deck = await deckWith({ TOKEN: VALUE })
    const params = { token: { secret: 'TOKEN' } }
    const good = moduleWith({ token: { type: 'string', minLength: VALUE.length }, more: { default: 5 } })
    const { detail } = await ended(deck.once('process', { name: 'good', params }).add(1, { file: good }))
    expect(detail).toMatchObject({ result: ['token', 'more'], params: { ...params, more: 5 } })
    const bad = moduleWith({ token: { type: 'string', maxLength: 5 } })
    const refusal = await fault(deck.once('process', { name: 'bad', params }).add(1, { file: bad }).start())
    expect(refusal).toBe('invalid-input: parameter "token" must NOT have more than 5 characters; got "***"')
  })

  test.each([
    ['itself', { word: { type: 'string', format: 'password', minLength: 50 } }, { word: 'geheim' }],
    ['a number', { word: { type: 'string', format: 'password' } }, { word: 471_147 }],
    [
      'what it lies in',
      { word: { maxProperties: 0, properties: { a: { format: 'password' } } } },
      { word: { a: 'geheim' } },
    ],
    ['a branch', { word: { format: 'password', allOf: [{ minLength: 50 }] } }, { word: 'geheim' }],
  ])('tells no password where it refuses %s', async (_, properties, params) => {
    const deck = await openDeck()
    const refusal = await fault(
      deck
        .once('process', { name: 'A', params })
        .add(1, { file: moduleWith(properties) })
        .start(),
    )
    expect(refusal).toMatch(/^invalid-input: parameter "word" /)
    expect(refusal).toContain('***')
    expect(refusal).not.toMatch(/geheim|471147/)
  })
})
