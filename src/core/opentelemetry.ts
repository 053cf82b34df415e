/**
 * Spans and metrics of Jobdeck's runs for OpenTelemetry. Import it where the program sets up its SDK; nothing of it is
 * loaded otherwise.
 *
 * ```ts
 * import { observe } from 'jobdeck/opentelemetry'
 * const stop = observe()
 * ```
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  context,
  metrics,
  SpanStatusCode,
  trace,
  type Attributes,
  type MeterProvider,
  type ObservableResult,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api'
import {
  channels,
  type TelemetryClose,
  type TelemetryCommit,
  type TelemetryEnd,
  type TelemetryLog,
  type TelemetryQueue,
  type TelemetryRun,
  type TelemetryStart,
} from './telemetry.ts'
import { version } from './version.ts'
import { FAILURE_STATUSES } from '../shared/statuses.ts'

/** Where spans and metrics go. */
export interface ObserveOptions {
  /** Where the spans go; the one registered globally if not given. */
  tracerProvider?: TracerProvider
  /** Where the metrics go; the one registered globally if not given. */
  meterProvider?: MeterProvider
}

/** Nobody asked for these to end early: they did not do what they were to do. */
const ERRORS: ReadonlySet<TelemetryEnd['status']> = new Set(FAILURE_STATUSES)

/**
 * Makes a span of every run of every deck that this process runs, and metrics of runs, queue, log and commits. The span
 * is the active one while a function of this program runs, so that spans made in it are its children.
 * @returns the function that ends it
 */
export function observe({ tracerProvider, meterProvider }: ObserveOptions = {}): () => void {
  const ends = [
    ...makeSpans((tracerProvider ?? trace).getTracer('jobdeck', version)),
    ...measure((meterProvider ?? metrics).getMeter('jobdeck', version)),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function listen<M>({ name }: { name: string | symbol }, listener: (message: M) => void): () => void {
  const onMessage = (message: unknown) => listener(message as M)
  subscribe(name, onMessage)
  return () => void unsubscribe(name, onMessage)
}

type Tracer = ReturnType<TracerProvider['getTracer']>
type Meter = ReturnType<MeterProvider['getMeter']>

function makeSpans(tracer: Tracer): (() => void)[] {
  const open = new WeakMap<TelemetryRun, { span: Span; time: number }>()
  function begin(run: TelemetryRun, time: number) {
    // Whatever happened to be active when the engine looked for work has nothing to do with this run.
    const span = tracer.startSpan(run.jobName, {
      root: true,
      startTime: time,
      attributes: spanAttributes(run),
    })
    const opened = { span, time }
    open.set(run, opened)
    return opened
  }
  return [
    listen<TelemetryStart>(channels.start, (message) => {
      const { span } = begin(message.run, message.time)
      span.setAttribute('jobdeck.queue_wait', message.queueWait / 1000)
      const { begin: beginInside } = message
      message.begin = () => context.with(trace.setSpan(context.active(), span), beginInside)
    }),
    listen<TelemetryEnd>(channels.end, ({ run, time, duration, status, error, isRetried }) => {
      const opened = open.get(run) ?? begin(run, time)
      const { span } = opened
      span.setAttributes({ 'jobdeck.status': status, 'jobdeck.retried': isRetried })
      if (error) span.recordException(error, time)
      if (ERRORS.has(status))
        span.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? status })
      // The wall clock may have been set meanwhile; the duration is right all the same.
      span.end(duration === null ? time : opened.time + duration)
    }),
  ]
}

function spanAttributes(run: TelemetryRun): Attributes {
  return {
    'jobdeck.deck': run.deck,
    'jobdeck.execution': run.execution,
    'jobdeck.job.id': run.jobId,
    ...jobAttributes(run),
    'jobdeck.trigger': run.trigger,
    'jobdeck.attempt': run.attempt,
  }
}

/** Few enough values for metrics: as many as there are jobs. */
const jobAttributes = ({ jobName, category, mode }: TelemetryRun): Attributes => ({
  'jobdeck.job.name': jobName,
  'jobdeck.mode': mode,
  ...(category !== null && { 'jobdeck.category': category }),
})

function measure(meter: Meter): (() => void)[] {
  const durations = meter.createHistogram('jobdeck.execution.duration', {
    description: 'How long handlers ran',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400] },
  })
  const ended = meter.createCounter('jobdeck.execution.ended', {
    description: 'Runs that ended',
    unit: '{run}',
  })
  const waits = meter.createHistogram('jobdeck.execution.queue_wait', {
    description: 'How long runs that were due waited for their handler to begin',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.01, 0.1, 1, 5, 30, 60, 300, 1800, 7200] },
  })
  const lines = meter.createCounter('jobdeck.log.entries', { description: 'Log entries', unit: '{entry}' })
  const commits = meter.createHistogram('jobdeck.commit.duration', {
    description: 'How long commits to the database took',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 1] },
  })
  const depth = meter.createObservableGauge('jobdeck.queue.depth', {
    description: 'Runs that have not ended',
    unit: '{run}',
  })
  const queues = new Map<string, TelemetryQueue>()
  const observeQueues = (result: ObservableResult) => {
    for (const { deck, ...counts } of queues.values()) {
      for (const [status, count] of Object.entries(counts))
        result.observe(count, { 'jobdeck.deck': deck, 'jobdeck.status': status })
    }
  }
  depth.addCallback(observeQueues)
  return [
    () => depth.removeCallback(observeQueues),
    listen<TelemetryStart>(channels.start, ({ run, queueWait }) => {
      waits.record(queueWait / 1000, jobAttributes(run))
    }),
    listen<TelemetryEnd>(channels.end, ({ run, status, duration }) => {
      const attributes = { ...jobAttributes(run), 'jobdeck.status': status }
      ended.add(1, attributes)
      if (duration !== null) durations.record(duration / 1000, attributes)
    }),
    listen<TelemetryLog>(channels.log, ({ level }) => lines.add(1, { 'jobdeck.level': level })),
    listen<TelemetryCommit>(channels.commit, ({ deck, duration }) =>
      commits.record(duration / 1000, { 'jobdeck.deck': deck }),
    ),
    listen<TelemetryQueue>(channels.queue, (queue) => void queues.set(queue.deck, queue)),
    listen<TelemetryClose>(channels.close, ({ deck }) => void queues.delete(deck)),
  ]
}
