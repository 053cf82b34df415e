import { describe, expect } from 'vitest'
import { Cli, livingProcesses, uniqueSeconds } from '../support/cli.ts'
import { USER, openWindow, place, profile, test } from '../support/electron.ts'
import { FINAL, deckOf } from '../support/page-client.ts'

/** Goes on until the file is there. */
const STEPS = `
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
export default async ({ params, setProgress, info, signal }) => {
  info('begun', { electron: process.versions.electron ?? null, pid: process.pid })
  setProgress(30, 'some way')
  while (!existsSync(params.file)) await wait(20, undefined, { signal })
  setProgress(70)
  return { pid: process.pid }
}`

describe('a job runs, and the window sees how far it is', () => {
  test.for(['in-process', 'process'] as const)('as a module, %s', async (mode) => {
    const home = profile()
    const { app, page } = await openWindow({ home })
    const deck = await deckOf(page)
    const handler = { file: place(home, 'steps.mjs', STEPS) }
    const go = `${home}/go`
    const id = await deck.run({ name: 'Steps', mode, handlers: [{ handler }], params: { file: go } })
    const half = await deck.until(id, ['running'], 30)
    expect(half.progressMessage).toBe('some way')
    place(home, 'go', '')
    const done = await deck.until(id, FINAL)
    expect(done).toMatchObject({ status: 'completed', progress: 70 })
    const main = await app.evaluate(() => process.pid)
    const { pid } = done.result as { pid: number }
    expect(pid === main).toBe(mode === 'in-process')
  })

  test('as a program', async () => {
    const home = profile()
    const { page } = await openWindow({ home })
    const deck = await deckOf(page)
    const text = '#!/bin/sh\necho "::progress::50 half"\necho hello\nexit 3\n'
    const handler = { file: place(home, 'steps.sh', text, 0o755) }
    const id = await deck.run({ name: 'Shell', handlers: [{ handler }] })
    const done = await deck.until(id, FINAL)
    expect(done).toMatchObject({ status: 'failed', exitCode: 3, progress: 50 })
    const entries = await deck.request('logs.list', { execution: String(id) })
    expect(entries.map(({ message }) => message)).toContain('hello')
  })
})

describe('a process of Electron', () => {
  test('reports all that it says in its order, with what it writes past its log', async () => {
    const home = profile()
    const { page } = await openWindow({ home })
    const deck = await deckOf(page)
    const code = `
      export default ({ info }) => {
        for (let i = 0; i < 500; i++) {
          info('entry ' + i + ' ' + 'é'.repeat(i * 20))
          process.stdout.write('line ' + i + '\\n')
        }
        process.stderr.write('said aside\\n')
        return { big: 'x'.repeat(100_000) }
      }`
    const handler = { file: place(home, 'talks.mjs', code) }
    const id = await deck.run({ name: 'Talks', mode: 'process', handlers: [{ handler }] })
    const done = await deck.until(id, FINAL)
    expect(done.status).toBe('completed')
    expect((done.result as { big: string }).big).toHaveLength(100_000)
    const entries = await deck.request('logs.list', { execution: String(id), limit: 2000 })
    const said = entries.filter(({ stream }) => stream !== 'stderr').map(({ message }) => message)
    const wanted = Array.from({ length: 500 }, (_, i) => [
      `entry ${i} ${'é'.repeat(i * 20)}`,
      `line ${i}`,
    ]).flat()
    expect(said).toEqual(wanted)
    expect(entries.filter(({ stream }) => stream === 'stderr')).toHaveLength(1)
  })

  test('that is killed fails its run, and nothing else', async () => {
    const home = profile()
    const { app, page } = await openWindow({ home })
    const deck = await deckOf(page)
    const handler = { file: place(home, 'steps.mjs', STEPS) }
    const params = { file: `${home}/never` }
    const id = await deck.run({ name: 'Doomed', mode: 'process', handlers: [{ handler }], params })
    const { processId } = await deck.until(id, ['running'], 30)
    expect(processId).not.toBe(await app.evaluate(() => process.pid))
    process.kill(processId!, 'SIGKILL')
    const done = await deck.until(id, FINAL)
    expect(done).toMatchObject({ status: 'failed', exitSignal: 'SIGKILL' })
    expect((await deck.request('queue.get', {})).running).toBe(0)
  })

  test('is stopped with all that it started, and the application goes on', async () => {
    const home = profile()
    const { page } = await openWindow({ home })
    const deck = await deckOf(page)
    const seconds = uniqueSeconds()
    const code = `
      import { spawn } from 'node:child_process'
      export default async ({ setProgress }) => {
        spawn('setsid', ['sleep', '${seconds}'], { stdio: 'ignore' })
        setProgress(10)
        await new Promise(() => setInterval(() => {}, 1000))
      }`
    const handler = { file: place(home, 'parent.mjs', code) }
    const id = await deck.run({ name: 'Parent', mode: 'process', handlers: [{ handler }], grace: '300ms' })
    await deck.until(id, ['running'], 10)
    expect(livingProcesses(`sleep ${seconds}`)).not.toEqual([])
    await deck.request('executions.stop', { execution: String(id) })
    const done = await deck.until(id, FINAL)
    expect(done).toMatchObject({ status: 'cancelled', forced: true })
    expect(livingProcesses(`sleep ${seconds}`)).toEqual([])
    expect((await deck.request('executions.list', {})).length).toBe(1)
  })
})

test('ten thousand lines a second leave the window time to answer', async () => {
  const home = profile()
  const { page } = await openWindow({ home })
  const deck = await deckOf(page)
  const code = `
    import { setTimeout as wait } from 'node:timers/promises'
    export default async ({ info, signal }) => {
      const began = performance.now()
      for (let lines = 0; lines < 30_000;) {
        const due = Math.min(30_000, (performance.now() - began) * 10)
        while (lines < due) info('line ' + lines++)
        await wait(5, undefined, { signal })
      }
    }`
  const handler = { file: place(home, 'flood.mjs', code) }
  const id = await deck.run({ name: 'Flood', mode: 'process', handlers: [{ handler }] })
  await deck.until(id, ['running'])
  const times = await page.evaluate(async (id) => {
    const times: number[] = []
    for (;;) {
      const began = performance.now()
      const { status } = await deckOfTest.request('executions.status', { execution: String(id) })
      times.push(performance.now() - began)
      if (status !== 'running') return times
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }, id)
  const run = await deck.until(id, FINAL)
  expect(run).toMatchObject({ status: 'completed', logCount: 30_000 })
  const sorted = times.toSorted((a, b) => a - b)
  console.log(
    `answers during the flood: ${times.length}, median ${sorted[times.length >> 1]!.toFixed(1)} ms, longest ${sorted.at(-1)!.toFixed(1)} ms`,
  )
  expect(sorted[Math.floor(times.length * 0.9)]).toBeLessThan(100)
})

test('a run of a terminal is seen in the window, and stopped from there', async () => {
  const home = profile()
  const { page, data } = await openWindow({ home })
  const deck = await deckOf(page)
  const cli = new Cli(['--json', 'run', '--', 'sleep', uniqueSeconds()], {
    data,
    ...(USER !== undefined && { user: USER, env: { HOME: home } }),
  })
  const line = await cli.line((line) => line.includes('"running"'))
  const id =
    (JSON.parse(line) as { execution?: number; id?: number }).id ??
    (JSON.parse(line) as { execution: number }).execution
  const seen = await deck.until(id, ['running'])
  expect(seen.trigger).toBe('manual')
  await deck.request('executions.stop', { execution: String(id) })
  expect((await deck.until(id, FINAL)).status).toBe('cancelled')
  expect((await cli.done()).code).toBe(130)
})
