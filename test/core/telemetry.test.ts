import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { observe } from '../../src/core/opentelemetry.ts'
import { channels, type TelemetryStart } from '../../src/core/telemetry.ts'
import { openTestDeck, type TestDeck } from '../../src/core/testing/index.ts'
import { gate, obedient, temporaryFolder, writeFile } from '../support/deck.ts'

const NEW_YEAR = Date.UTC(2026, 0, 1)

async function openDeck() {
  const deck = await openTestDeck()
  onTestFinished(() => deck.close())
  return deck
}

/** What comes through the channels while the test runs. */
function tapped<M = Record<string, unknown>>(name: keyof typeof channels): M[] {
  const heard: M[] = []
  const listener = (message: unknown) => void heard.push(message as M)
  subscribe(channels[name].name, listener)
  onTestFinished(() => void unsubscribe(channels[name].name, listener))
  return heard
}

/** One run of each kind of end, on a clock that the test moves. */
async function runSome(deck: TestDeck) {
  const retry = { attempts: 2, delay: '1s', jitter: false }
  let tries = 0
  const flaky = deck.once('in-process', { name: 'flaky', category: 'a/b', retry }).add(1, ({ warn }) => {
    warn('look', { secret: false })
    if (tries++ === 0) throw new TypeError('first')
  })
  await deck.once('in-process', { name: 'slow', timeout: '1m' }).add(1, obedient).start()
  await flaky.start()
  await deck.advance('2m')
}

describe('the channels', () => {
  test('tell how each run began and ended, once and after it was stored', async () => {
    const starts = tapped('start')
    const ends = tapped('end')
    const deck = await openDeck()
    await runSome(deck)
    const flaky = { deck: deck.file, jobName: 'flaky', category: 'a/b', mode: 'in-process' }
    expect(starts).toMatchObject([
      { run: { execution: 1, jobName: 'slow', category: null, trigger: 'api' }, time: NEW_YEAR },
      { run: { ...flaky, execution: 2, trigger: 'api', attempt: 1 }, time: NEW_YEAR, queueWait: 0 },
      { run: { ...flaky, execution: 3, trigger: 'retry', attempt: 2 }, time: NEW_YEAR + 1000, queueWait: 0 },
    ])
    expect(ends).toMatchObject([
      {
        run: starts[1]!.run,
        status: 'failed',
        error: { name: 'TypeError', message: 'first' },
        isRetried: true,
      },
      { run: starts[2]!.run, status: 'completed', error: null, isRetried: false },
      { run: starts[0]!.run, status: 'timeout', duration: 60_000, time: NEW_YEAR + 60_000 },
    ])
  })

  test('tell how long a run that was due waited for a slot', async () => {
    const starts = tapped<TelemetryStart>('start')
    const deck = await openDeck()
    const { handler, end } = gate()
    const job = deck.once('in-process', { name: 'one at a time' }).add(1, handler)
    await job.start()
    await job.start()
    await deck.advance('3s')
    end(null)
    await job.finished()
    expect(starts.map(({ queueWait }) => queueWait)).toEqual([0, 3000])
  })

  test('tell each log entry, without the secrets that the run named', async () => {
    const entries = tapped('log')
    const deck = await openDeck()
    const script = '#!/bin/sh\necho ::add-mask::hunter2\necho it is hunter2\n'
    const file = writeFile(temporaryFolder(), 'secret.sh', script, 0o755)
    const job = deck.once('process', { name: 'secret' })
    await job.add(1, { file }).start()
    await job.finished()
    expect(entries).toMatchObject([{ deck: deck.file, execution: 1, sequence: 1, message: 'it is ***' }])
  })

  test('tell commits and the length of the queue, the latter once a second however much changes', async () => {
    const commits = tapped('commit')
    const queues = tapped('queue')
    const closed = tapped('close')
    const deck = await openDeck()
    const { handler, begun, end } = gate()
    const job = deck.once('in-process', { name: 'queued' }).add(1, handler)
    await Promise.all([job.start(), job.start(), job.start()])
    await begun
    await deck.advance('1s')
    expect(queues).toEqual([{ deck: deck.file, queued: 2, initializing: 0, running: 1 }])
    expect(commits).toContainEqual({ deck: deck.file, duration: expect.any(Number), writes: 4 })
    end(null)
    await deck.close()
    expect(closed).toEqual([{ deck: deck.file }])
  })

  test('that nobody listens to are told nothing: no work is done for them', async () => {
    const published: unknown[] = []
    for (const each of Object.values(channels)) {
      each.publish = (message) => void published.push(message)
      onTestFinished(() => void Reflect.deleteProperty(each, 'publish'))
    }
    const deck = await openDeck()
    await runSome(deck)
    await deck.close()
    expect(published).toEqual([])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('from a subscriber')
      },
    ],
    ['calls nothing', () => {}],
  ])('let a run begin once, whatever a subscriber puts around it: one that %s', async (_, around) => {
    const listener = (message: unknown) => void ((message as TelemetryStart).begin = around)
    subscribe(channels.start.name, listener)
    onTestFinished(() => void unsubscribe(channels.start.name, listener))
    const deck = await openDeck()
    let runs = 0
    const job = deck.once('in-process', { name: 'begun' }).add(1, () => void runs++)
    await job.start()
    expect((await job.finished()).status).toBe('completed')
    expect(runs).toBe(1)
  })
})

describe('OpenTelemetry', () => {
  // As a program has it, so that spans of handlers find their parent.
  beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
  afterAll(() => context.disable())

  function setUp() {
    const spans = new InMemorySpanExporter()
    const tracerProvider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
    })
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
    const stop = observe({ tracerProvider, meterProvider })
    onTestFinished(async () => {
      stop()
      await meterProvider.shutdown()
    })
    /** The points of each metric, by its name. */
    async function points(): Promise<Record<string, { attributes: unknown; value: unknown }[]>> {
      await meterProvider.forceFlush()
      const [scope] = exporter.getMetrics().at(-1)!.scopeMetrics
      return Object.fromEntries(
        (scope?.metrics ?? []).map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]),
      )
    }
    return { spans, tracerProvider, points, stop }
  }

  test('gets a span of each run, with its times, its end and its error', async () => {
    const { spans } = setUp()
    await runSome(await openDeck())
    const [failed, completed, slow] = spans.getFinishedSpans()
    expect(failed).toMatchObject({
      name: 'flaky',
      startTime: [NEW_YEAR / 1000, 0],
      status: { code: SpanStatusCode.ERROR, message: 'first' },
      attributes: {
        'jobdeck.execution': 2,
        'jobdeck.category': 'a/b',
        'jobdeck.attempt': 1,
        'jobdeck.status': 'failed',
        'jobdeck.retried': true,
      },
      events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
    })
    expect(completed).toMatchObject({
      startTime: [NEW_YEAR / 1000 + 1, 0],
      status: { code: SpanStatusCode.UNSET },
    })
    expect(slow).toMatchObject({ duration: [60, 0], status: { code: SpanStatusCode.ERROR } })
  })

  test('finds spans that a handler makes under that of its run, and the run under no other', async () => {
    const { spans, tracerProvider } = setUp()
    const deck = await openDeck()
    const tracer = tracerProvider.getTracer('test')
    const job = deck.once('in-process', { name: 'outer' }).add(1, async () => {
      await Promise.resolve()
      tracer.startSpan('inner').end()
    })
    await tracer.startActiveSpan('request', async (span) => {
      await job.start()
      span.end()
    })
    await deck.drain()
    const named = (name: string) => spans.getFinishedSpans().find((span) => span.name === name)!
    expect(named('inner').parentSpanContext?.spanId).toBe(named('outer').spanContext().spanId)
    expect(named('outer').parentSpanContext).toBeUndefined()
    expect(trace.getActiveSpan()).toBeUndefined()
  })

  test('gets a span of a run that could not begin', async () => {
    const { spans } = setUp()
    const deck = await openDeck()
    const job = deck.once('process', { name: 'missing' }).add(1, { command: ['/nowhere/at-all'] })
    await job.start()
    expect((await job.finished()).status).toBe('failed')
    await deck.drain() // it is told after it was stored
    const [span] = spans.getFinishedSpans()
    expect(span).toMatchObject({ name: 'missing', duration: [0, 0], status: { code: SpanStatusCode.ERROR } })
  })

  test('gets metrics in seconds, and nothing more once it is stopped', async () => {
    const { points, stop, spans } = setUp()
    const deck = await openDeck()
    await runSome(deck)
    await deck.advance('1s')
    const found = await points()
    const flaky = { 'jobdeck.job.name': 'flaky', 'jobdeck.mode': 'in-process', 'jobdeck.category': 'a/b' }
    expect(found['jobdeck.execution.ended']).toMatchObject([
      { attributes: { ...flaky, 'jobdeck.status': 'failed' }, value: 1 },
      { attributes: { ...flaky, 'jobdeck.status': 'completed' }, value: 1 },
      { attributes: { 'jobdeck.job.name': 'slow', 'jobdeck.status': 'timeout' }, value: 1 },
    ])
    expect(found['jobdeck.execution.duration']!.at(-1)).toMatchObject({ value: { count: 1, sum: 60 } })
    expect(found['jobdeck.execution.queue_wait']).toMatchObject([
      { value: { count: 1 } },
      { value: { count: 2 } },
    ])
    expect(found['jobdeck.log.entries']).toMatchObject([
      { attributes: { 'jobdeck.level': 'warn' }, value: 2 },
    ])
    expect(found['jobdeck.queue.depth']).toHaveLength(3)
    expect(found['jobdeck.commit.duration']).toHaveLength(1)
    stop()
    expect(Object.values(channels).filter(({ hasSubscribers }) => hasSubscribers)).toEqual([])
    await runSome(deck)
    expect(spans.getFinishedSpans()).toHaveLength(3)
  })
})
