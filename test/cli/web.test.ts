/** `jobdeck serve --web` as a process of its own, and `jobdeck open` beside it. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { webSocketChannel } from '../../src/cli/web/channel.ts'
import { createClient } from '../../src/shared/client.ts'
import { remote } from '../../src/shared/rpc.ts'
import { Cli, jobdeck } from '../support/cli.ts'
import { temporaryFolder } from '../support/deck.ts'

const LINK = /http:\/\/127\.0\.0\.1:(\d+)\/open\?token=[\w-]{43}/

async function serveWeb(data: string, args: string[] = []) {
  const cli = new Cli(['serve', '--web', ...args], { data })
  const link = LINK.exec(await cli.line((line) => LINK.test(line)))!
  return { cli, link: link[0], port: Number(link[1]) }
}

/** Uses the link as a browser does; the cookie, where it was taken. */
async function follow(link: string): Promise<string | undefined> {
  const { headers } = await fetch(link, { redirect: 'manual' })
  return headers.getSetCookie()[0]?.split(';')[0]
}

async function windowOf(port: number, cookie: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/deck`, {
    headers: { cookie, origin: `http://127.0.0.1:${port}` },
  })
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  const bridge = remote(webSocketChannel(socket), (thrown) => {
    throw thrown
  })
  return { client: createClient(bridge), ended: bridge.ended }
}

test('a window of the browser sees and does what the command line does, until serve ends', async () => {
  // Would catch: a window with a deck of its own, and sessions that outlive the process.
  const data = join(temporaryFolder(), 'data')
  const { cli, link, port } = await serveWeb(data)
  const cookie = (await follow(link))!
  const page = await fetch(`http://127.0.0.1:${port}/`)
  expect(await page.text()).toContain('<title>Jobdeck</title>')
  const { client, ended } = await windowOf(port, cookie)
  await jobdeck(['add', 'Greet', '--', 'echo', 'hello'], { data })
  const [job] = await client.request('jobs.list', {})
  const done = new Promise<void>((resolve) =>
    client.watch({ executions: true }, ({ executions }) => {
      if (executions.some(({ status }) => status === 'completed')) resolve()
    }),
  )
  await client.request('jobs.start', { job: job!.id })
  await done
  expect((await jobdeck(['logs', 'Greet'], { data })).stdout).toContain('hello')
  cli.child.kill('SIGTERM')
  expect((await ended).code).toBe('disconnected')
  expect(await cli.done()).toMatchObject({ code: 0 })
  const again = await serveWeb(data, ['--port', String(port)])
  const { status } = await fetch(`http://127.0.0.1:${again.port}/session`, { headers: { cookie } })
  expect(status).toBe(401)
})

test('open makes a link that works, and says so where nobody serves', async () => {
  const data = join(temporaryFolder(), 'data')
  const nobody = await jobdeck(['open', '--print'], { data })
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('jobdeck serve --web') })
  const { cli, port } = await serveWeb(data)
  const [, link] = [port, (await jobdeck(['open', '--print'], { data })).stdout.trim()]
  expect(await follow(link)).toContain(`jobdeck-${port}=`)
  expect(await follow(link)).toBeUndefined()
  cli.child.kill('SIGKILL')
  await cli.done()
  expect(await jobdeck(['open', '--print'], { data })).toMatchObject({ code: 1 })
})

test('the link stands in no log, and how to get there from afar is said', async () => {
  const data = join(temporaryFolder(), 'data')
  const { cli, port } = await serveWeb(data)
  await cli.note((line) => line.includes(`ssh -L ${port}:127.0.0.1:${port} `))
  await cli.note((line) => line.includes('Serving'))
  expect(readFileSync(join(data, 'jobdeck.db-files/logs/serve.log'), 'utf8')).not.toContain('token')
})

test('a port that is taken is told, and nothing is served', async () => {
  const busy = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void busy.close())
  await once(busy, 'listening')
  const { port } = busy.address() as { port: number }
  const { code, stderr } = await jobdeck(['serve', '--web', '--port', String(port)])
  expect(stderr).toContain(`the port ${port} is taken by another program: name another one with --port`)
  expect(code).toBe(1)
  expect((await jobdeck(['serve', '--port', '80'])).stderr).toContain('--port and --open go with --web')
  expect((await jobdeck(['serve', '--web', '--port', '70000'])).stderr).toContain('from 1 to 65535')
})
