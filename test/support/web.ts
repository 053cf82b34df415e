import { once } from 'node:events'
import { request, type IncomingHttpHeaders } from 'node:http'
import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import type { Bridge } from '../../src/shared/client.ts'
import { readFiles } from '../../src/cli/web/files.ts'
import { openWeb, type WebHost } from '../../src/cli/web/server.ts'
import { temporaryFolder, writeFile } from './deck.ts'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export interface WebAsk {
  method?: string
  headers?: Record<string, string>
}

/** A web host of the test's own, with a page of one line, and a client that asks it whatever it likes. */
export class WebClient {
  readonly host: WebHost
  readonly folder: string
  readonly origin: string

  private constructor(host: WebHost, folder: string) {
    this.host = host
    this.folder = folder
    this.origin = `http://127.0.0.1:${host.port}`
  }

  static async open(bridge: Bridge, { port, pages }: { port?: number; pages?: string } = {}) {
    const folder = temporaryFolder()
    const built = pages ?? temporaryFolder()
    if (!pages) writeFile(built, 'index.html', '<p>Jobdeck</p>')
    const host = await openWeb({ bridge, folder, files: readFiles(built), port })
    onTestFinished(() => host.end())
    return new WebClient(host, folder)
  }

  /** The path goes out as it is: `fetch` would tidy it up, and choose the host itself. */
  async get(path: string, { method = 'GET', headers = {} }: WebAsk = {}): Promise<Answer> {
    const asked = request({
      host: '127.0.0.1',
      port: this.host.port,
      path,
      method,
      headers,
      agent: false,
    }).end()
    const [response] = await once(asked, 'response')
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    return { status: response.statusCode, headers: response.headers, text }
  }

  /** Uses a link; the cookie that it becomes. */
  async cookie(): Promise<string> {
    const { headers } = await this.get(this.host.link().slice(this.origin.length))
    return headers['set-cookie']![0]!.split(';')[0]!
  }

  /** A WebSocket, as a page of the host opens it, unless told otherwise. */
  async socket(headers: Record<string, string | undefined>, options: ClientOptions = {}): Promise<WebSocket> {
    const all = Object.entries({ Origin: this.origin, ...headers }).filter(([, value]) => value !== undefined)
    const socket = new WebSocket(`ws://127.0.0.1:${this.host.port}/deck`, {
      ...options,
      headers: Object.fromEntries(all) as Record<string, string>,
    })
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    return socket
  }
}

/** The status with which a WebSocket is refused. */
export const refused = (socket: Promise<WebSocket>): Promise<number> =>
  socket.then(
    () => 101,
    (error: Error) => Number(/response: (\d+)/.exec(error.message)?.[1] ?? 0),
  )
