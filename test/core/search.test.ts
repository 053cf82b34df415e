import { renameSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Fault, type Input, type LogHit, type LogKey, type SearchFilter } from '../../src/core/index.ts'
import type { Deck } from '../../src/core/index.ts'
import { createReader } from '../../src/core/store/reader.ts'
import { collect, messages, openDeck } from '../support/deck.ts'
import { addLines, emptyRuns, numbered } from '../support/logs.ts'

const places = (hits: LogHit[]) => hits.map(({ executionId, sequence }) => `${executionId}/${sequence}`)
const search = async (deck: Deck, filter: SearchFilter = {}) => collect(deck.searchLogs(filter))

/** A deck whose runs have these lines. */
async function deckWith(...logs: string[][]) {
  const deck = await openDeck()
  const ids = await emptyRuns(deck, 'job', logs.length)
  logs.forEach((lines, index) => addLines(deck.file, ids[index]!, lines))
  return { deck, ids }
}

describe('a search over all runs', () => {
  const NASTY = ['100% done', '100 done', String.raw`C:\temp`, 'C:temp', 'a_b', 'axb', "it's", '[x]*?']

  test.each(['100%', String.raw`\t`, 'a_b', "it's", '[x]*', '%', '_'])(
    'takes %j for what it says',
    async (text) => {
      const { deck } = await deckWith(NASTY)
      expect(messages(await search(deck, { text })).toReversed()).toEqual(
        NASTY.filter((line) => line.includes(text)),
      )
    },
  )

  test.each([
    ['error', ['ERROR', 'Error']],
    ['备份', ['备份失败了']],
    ['🚀', ['lift off 🚀 now']],
    ['ПРИВЕТ', ['привет, мир', 'Привет']],
    ['größe', ['GRÖSSE', 'Größe', 'GRÖßE'].slice(1)],
    ['οδοσ', ['ΟΔΟΣ', 'οδος']],
    ['İstanbul', ['İstanbul']],
    ['É', ['café']],
  ])('finds %s in any case of any script', async (text, wanted) => {
    const lines = ['备分', '🛸', 'мир', ...wanted, 'caf', 'eagle']
    const { deck } = await deckWith(lines)
    expect(messages(await search(deck, { text })).toReversed()).toEqual(wanted)
  })

  test('gives the newest run first and its last line first, with the job of each', async () => {
    const { deck, ids } = await deckWith(['one', 'two'], [], ['three'])
    const hits = await search(deck)
    expect(places(hits)).toEqual([`${ids[2]}/1`, `${ids[0]}/2`, `${ids[0]}/1`])
    expect(hits[0]).toMatchObject({ jobName: 'job', message: 'three', level: 'info', time: 0 })
  })

  test('keeps to the job, the level, the times and the runs that are asked for', async () => {
    const deck = await openDeck()
    const [a, b, c] = await emptyRuns(deck, 'first', 3)
    const [d] = await emptyRuns(deck, 'second')
    const now = Date.now()
    for (const [index, id] of [a, b, c, d].entries())
      addLines(deck.file, id!, [
        { message: 'fine', time: now + index },
        { message: 'odd', level: 'warn', time: now + index },
        { message: 'bad', level: 'fatal', time: now + index },
      ])
    const found = async (filter: SearchFilter) => places(await search(deck, filter))
    expect(await found({ job: 'first', text: 'odd' })).toEqual([`${c}/2`, `${b}/2`, `${a}/2`])
    expect(await found({ job: 'second', level: 'warn' })).toEqual([`${d}/3`, `${d}/2`])
    expect(await found({ levels: ['info', 'fatal'], firstExecution: c! })).toEqual(
      [d, c].flatMap((id) => [`${id}/3`, `${id}/1`]),
    )
    expect(await found({ text: 'bad', firstExecution: b!, lastExecution: c! })).toEqual([`${c}/3`, `${b}/3`])
    expect(await found({ text: 'bad', since: now + 1, until: now + 2 })).toEqual([`${c}/3`, `${b}/3`])
    expect(await found({ text: 'bad', since: now + 86_400_000 })).toEqual([])
    expect(await found({ text: 'bad', until: now - 86_400_000 })).toEqual([])
    await expect(found({ job: 'none' })).rejects.toMatchObject({ code: 'not-found' })
  })

  test('shows nothing of what was removed, however many lines of it fit', async () => {
    const deck = await openDeck()
    const [old] = await emptyRuns(deck, 'kept')
    const [gone] = await emptyRuns(deck, 'removed')
    addLines(deck.file, old!, ['word'])
    addLines(
      deck.file,
      gone!,
      numbered(500, () => 'word'),
    )
    await deck.client.request('jobs.remove', { jobs: ['removed'] })
    expect(places(await search(deck, { text: 'word' }))).toEqual([`${old}/1`])
  })

  test.each([{}, { job: 'job' }, { pattern: '.' }])(
    'neither misses nor doubles a line from page to page, with %j',
    async (filter) => {
      const { deck, ids } = await deckWith(['a', 'b', 'c'], [], ['d'], [...numbered(300)] as string[], [
        'e',
        'f',
      ])
      const all = places(await search(deck, filter))
      expect(all).toHaveLength(306)
      expect(new Set(all).size).toBe(306)
      for (const limit of [1, 2, 7]) {
        const found: LogHit[] = []
        let before: LogKey | undefined
        for (;;) {
          const page = await deck.client.request('logs.search', {
            ...filter,
            limit,
            ...(before && { before }),
          })
          expect(page.entries.length).toBeLessThanOrEqual(limit)
          found.push(...page.entries)
          if (page.done) break
          before = page.reached!
        }
        expect(places(found)).toEqual(all)
      }
      expect(all[0]).toBe(`${ids[4]}/2`)
    },
  )

  test('finds every line that was there when it began, while more are written', async () => {
    const { deck, ids } = await deckWith(['x'], [...numbered(2000)] as string[])
    const [running] = await emptyRuns(deck, 'writer')
    const found: LogHit[] = []
    for await (const hit of deck.searchLogs({ text: 'line' })) {
      if (found.push(hit) % 100 === 0) addLines(deck.file, ids[0]!, ['line'])
      if (found.length % 100 === 1) addLines(deck.file, running!, ['line'])
    }
    const before = places(found.filter(({ executionId }) => executionId === ids[1]))
    expect(before).toEqual([...Array(2000).keys()].map((index) => `${ids[1]}/${2000 - index}`))
    expect(new Set(places(found)).size).toBe(found.length)
  })

  test('goes on below the line that it reached, also in the middle of a run of the job', async () => {
    const { deck } = await deckWith(['the first'], [])
    addLines(deck.file, 2, numbered(200_000))
    const reached: LogKey[] = []
    const onReached = (key: LogKey) => void reached.push(key)
    const hits = await collect(deck.searchLogs({ job: 'job', text: 'the first' }, { onReached }))
    expect(places(hits)).toEqual(['1/1'])
    const order = reached.map(({ execution, sequence }) => execution * 1e6 + sequence)
    expect(order).toEqual([...new Set(order)].toSorted((a, b) => b - a))
  })

  test.each(['job', undefined])(
    'of %s looks through no run below the first, even where it goes on in one',
    async (job) => {
      const { deck, ids } = await deckWith(['one', 'two'], ['three'])
      const filter = { firstExecution: ids[1]!, before: { execution: ids[0]!, sequence: 2 } }
      expect(await deck.client.request('logs.search', { ...filter, ...(job && { job }) })).toMatchObject({
        entries: [],
        done: true,
      })
    },
  )

  test('tells how far it has come where nothing is found', async () => {
    const { deck, ids } = await deckWith([...numbered(1000)] as string[])
    const reached: LogKey[] = []
    const hits = await collect(
      deck.searchLogs({ text: 'nowhere' }, { onReached: (key) => reached.push(key) }),
    )
    expect(hits).toEqual([])
    expect(reached.at(-1)!.execution).toBe(ids[0])
  })
})

describe('a regular expression', () => {
  test('finds what it says, in this case or in any', async () => {
    const { deck } = await deckWith(['Order 12 failed', 'order 7', 'first\nsecond 3', '🚀🚀'])
    const found = async (filter: SearchFilter) => messages(await search(deck, filter)).toReversed()
    expect(await found({ pattern: String.raw`order \d+` })).toEqual(['order 7'])
    expect(await found({ pattern: String.raw`order \d+`, ignoreCase: true })).toEqual([
      'Order 12 failed',
      'order 7',
    ])
    expect(await found({ pattern: '^second' })).toEqual(['first\nsecond 3'])
    expect(await found({ pattern: '^..$' })).toEqual(['🚀🚀'])
    expect(await found({ pattern: 'order', text: 'FAILED', ignoreCase: true })).toEqual(['Order 12 failed'])
  })

  test.each(['(', '[', 'a**', String.raw`\p{Nonsense}`])('%j is refused by name', async (pattern) => {
    const { deck } = await deckWith([])
    const refusal = {
      code: 'invalid-input',
      message: expect.stringContaining(JSON.stringify(pattern)) as string,
    }
    await expect(search(deck, { pattern })).rejects.toMatchObject(refusal)
    await expect(deck.client.request('logs.list', { execution: 1, pattern })).rejects.toMatchObject(refusal)
  })

  test('that would run for ever is ended, and others that are asked meanwhile are answered', async () => {
    const { deck, ids } = await deckWith([`${'a'.repeat(60)}!`], ['harmless'])
    const endless = search(deck, { pattern: '(a+)+$', lastExecution: ids[0]! })
    const other = search(deck, { text: 'harmless' })
    await expect(endless).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('(a+)+$') as string,
    })
    expect(messages(await other)).toEqual(['harmless'])
    const list = deck.client.request('logs.list', { execution: ids[0]!, pattern: '(a+)+$' })
    await expect(list).rejects.toMatchObject({ code: 'invalid-input' })
    expect(messages(await search(deck, { text: 'aaa' }))).toHaveLength(1)
  })
})

describe('the reader', () => {
  test('leaves the thread of the engine free while it looks through a large log', async () => {
    const { deck, ids } = await deckWith([])
    addLines(deck.file, ids[0]!, numbered(300_000))
    let turns = 0
    let going = true
    const turn = () => {
      turns++
      if (going) setImmediate(turn)
    }
    setImmediate(turn)
    expect(await search(deck, { text: 'nowhere' })).toEqual([])
    going = false
    expect(turns).toBeGreaterThan(1000)
  })

  test('ends a search in its middle, and answers the next', async () => {
    const { deck, ids } = await deckWith([])
    addLines(deck.file, ids[0]!, numbered(20_000))
    const controller = new AbortController()
    const reason = new Error('enough')
    let taken = 0
    const taking = async () => {
      for await (const _ of deck.searchLogs({}, { signal: controller.signal }))
        if (++taken === 150) controller.abort(reason)
    }
    await expect(taking()).rejects.toBe(reason)
    expect(taken).toBe(150)
    const waiting = deck.client.request('logs.search', { pattern: '(a+)+$' }, controller.signal)
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    expect(messages(await search(deck, { text: 'line 19999' }))).toEqual(['line 19999'])
  })

  test('keeps no transaction open between two pages, which would let the write-ahead log grow', async () => {
    const { deck } = await deckWith(['one', 'two'])
    const database = new Database(deck.file)
    onTestFinished(() => void database.close())
    for (const filter of [{}, { job: 'job' }, { pattern: 'o' }]) {
      const page = await deck.client.request('logs.search', { ...filter, limit: 1 })
      expect(page.done).toBe(false)
      expect(database.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }])
    }
  })

  test('rejects at once what is abandoned while it is worked on', async () => {
    const { deck } = await deckWith([`${'a'.repeat(60)}!`])
    const controller = new AbortController()
    const endless = deck.client.request('logs.search', { pattern: '(a+)+$' }, controller.signal)
    const reason = new Error('enough')
    setImmediate(() => controller.abort(reason))
    await expect(endless).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('ends with the deck, and with it what is asked', async () => {
    const { deck } = await deckWith([`${'a'.repeat(60)}!`])
    const endless = search(deck, { pattern: '(a+)+$' })
    const refused = expect(endless).rejects.toMatchObject({ code: 'closed' })
    await deck.close()
    await refused
    await expect(search(deck)).rejects.toBeInstanceOf(Fault)
  })

  test('reads nothing of a database that was put in the place of its own', async () => {
    const { deck } = await deckWith(['mine'])
    const { deck: other } = await deckWith(['theirs'])
    await other.close()
    for (const rest of ['', '-wal', '-shm'])
      try {
        renameSync(`${other.file}${rest}`, `${deck.file}${rest}`)
      } catch (thrown) {
        expect((thrown as NodeJS.ErrnoException).code).toBe('ENOENT')
      }
    await expect(search(deck)).rejects.toMatchObject({ code: 'database-replaced' })
  })
})

describe('the log of a run', () => {
  const list = async (deck: Deck, input: Omit<Input<'logs.list'>, 'execution'>, execution = 1) =>
    (await deck.client.request('logs.list', { execution, ...input })).map(({ sequence }) => sequence)
  const from = (first: number, last: number) =>
    Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => first + index * Math.sign(last - first))

  /** Small ones are read by the engine, large ones by the reader: the answers are the same. */
  const SIZES = [200, 30_000]

  async function longLog(size: number) {
    const { deck } = await deckWith([])
    addLines(
      deck.file,
      1,
      numbered(size, (number) =>
        number % 100 === 0
          ? { message: `word ${number}`, level: number % 200 === 0 ? 'error' : 'debug', time: number }
          : { message: `line ${number}`, time: number },
      ),
    )
    return deck
  }

  test.each(SIZES)('is read in pages from either end, of %i lines', async (size) => {
    const deck = await longLog(size)
    expect(await list(deck, { limit: 3 })).toEqual([1, 2, 3])
    expect(await list(deck, { after: 50, limit: 3 })).toEqual([51, 52, 53])
    expect(await list(deck, { after: 50, through: 52 })).toEqual([51, 52])
    expect(await list(deck, { last: true, limit: 3 })).toEqual(from(size - 2, size))
    expect(await list(deck, { newestFirst: true, limit: 3 })).toEqual(from(size, size - 2))
    expect(await list(deck, { newestFirst: true, before: 51, limit: 3 })).toEqual([50, 49, 48])
    expect(await list(deck, { last: true, before: 51, limit: 3 })).toEqual([48, 49, 50])
    expect(await list(deck, {})).toHaveLength(size)
  })

  test.each(SIZES)('is filtered by text, pattern, levels and time, of %i lines', async (size) => {
    const deck = await longLog(size)
    const words = from(1, size / 100).map((number) => number * 100)
    expect(await list(deck, { text: 'WORD' })).toEqual(words)
    expect(await list(deck, { pattern: '^word' })).toEqual(words)
    expect(await list(deck, { text: 'WORD', newestFirst: true })).toEqual(words.toReversed())
    expect(await list(deck, { text: 'word', last: true, limit: 1 })).toEqual([size])
    expect(await list(deck, { text: 'word', after: 100, limit: 1 })).toEqual([200])
    expect(await list(deck, { level: 'warn' })).toEqual(words.filter((number) => number % 200 === 0))
    expect(await list(deck, { levels: ['debug', 'error'] })).toEqual(words)
    expect(await list(deck, { level: 'info', levels: ['debug', 'error'], limit: 1 })).toEqual([200])
    expect(await list(deck, { since: 5, until: 7 })).toEqual([5, 6, 7])
    expect(await deck.client.request('logs.firstError', { execution: 1 })).toBe(200)
    expect(await deck.client.request('logs.levels', { execution: 1 })).toEqual({
      debug: size / 200,
      error: size / 200,
      info: size - size / 100,
    })
  })

  test.each(SIZES)(
    'is shown around any line, as full a page as there are lines, of %i lines',
    async (size) => {
      const deck = await longLog(size)
      const around = (line: number, rest = {}) => list(deck, { around: line, limit: 6, ...rest })
      expect(await around(100)).toEqual(from(98, 103))
      expect(await around(1)).toEqual(from(1, 6))
      expect(await around(0)).toEqual(from(1, 6))
      expect(await around(size)).toEqual(from(size - 5, size))
      expect(await around(10 * size)).toEqual(from(size - 5, size))
      expect(await around(100, { newestFirst: true })).toEqual(from(103, 98))
      expect(await around(150, { levels: ['debug', 'error'], limit: 2 })).toEqual([100, 200])
      expect(await list(deck, { around: 7, limit: 1 })).toEqual([7])
      await expect(around(5, { limit: undefined })).rejects.toMatchObject({ code: 'invalid-input' })
      await expect(around(5, { last: true })).rejects.toMatchObject({ code: 'invalid-input' })
    },
  )

  test('around a line that was not kept shows what stands for it', async () => {
    const deck = await openDeck()
    const job = deck.once('in-process', { name: 'chatty', logLines: 20 })
    job.add(0, ({ info }) => {
      for (let line = 1; line <= 100; line++) info(`line ${line}`)
    })
    await job.start()
    await job.finished()
    const all = await deck.client.request('logs.list', { execution: 1 })
    const dropped = all.find(({ droppedThrough }) => droppedThrough !== null)!
    const middle = Math.floor((dropped.sequence + dropped.droppedThrough!) / 2)
    const page = await list(deck, { around: middle, limit: 4 })
    expect(page).toEqual([
      dropped.sequence - 1,
      dropped.sequence,
      ...from(dropped.droppedThrough! + 1, dropped.droppedThrough! + 2),
    ])
  })

  test('has no first error where there is none, and no levels where there are no lines', async () => {
    const { deck } = await deckWith([], ['fine'])
    expect(await deck.client.request('logs.firstError', { execution: 2 })).toBeNull()
    expect(await deck.client.request('logs.levels', { execution: 1 })).toEqual({})
  })
})

test('the thread is started by the first question, and ends when it is not asked for a while', async () => {
  const { deck } = await deckWith(['a line'])
  const reader = createReader(deck.file, { idleTime: 0 })
  expect(reader.isRunning()).toBe(false)
  const levels = () => reader.ask('logs.levels', { executionId: 1, after: 0 })
  expect((await levels()).counts).toEqual({ info: 1 })
  await reader.ended()
  expect(reader.isRunning()).toBe(false)
  expect((await levels()).counts).toEqual({ info: 1 })
  await reader.close(new Fault('closed', 'closed'))
  await expect(levels()).rejects.toMatchObject({ code: 'closed' })
})
