import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from '@playwright/test'
import { afterAll, expect, inject, onTestFinished } from 'vitest'
import { Cli, jobdeck } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/deck.ts'

const found = inject('browser')
/** Why there is no browser to test in; empty where there is one. */
export const withoutBrowser = 'missing' in found ? found.missing : ''

const LINK = /http:\/\/127\.0\.0\.1:(\d+)\/open\?token=[\w-]{43}/
/** How long the window may take for what follows a click, in ms. */
const PATIENCE = 20_000

let browser: Promise<Browser> | undefined
afterAll(async () => (await browser)?.close())

function launch(): Promise<Browser> {
  browser ??= chromium.launch({
    executablePath: 'program' in found ? found.program : '',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  return browser
}

/** A deck of the test's own that the built `jobdeck serve --web` keeps running, and windows of it. */
export class WebDeck {
  readonly data = join(temporaryFolder(), 'data')
  #serving: { cli: Cli; port: number } | undefined

  static async serve(): Promise<WebDeck> {
    const deck = new WebDeck()
    await deck.serve()
    return deck
  }

  /** Starts it, again on the port that it had before; the link that it prints. */
  async serve(): Promise<string> {
    const port = this.#serving ? ['--port', String(this.#serving.port)] : []
    const cli = new Cli(['serve', '--web', ...port], { data: this.data })
    const [link, number] = LINK.exec(await cli.line((line) => LINK.test(line)))!
    this.#serving = { cli, port: Number(number) }
    return link
  }

  async stop(): Promise<void> {
    const { cli } = this.#serving!
    cli.child.kill('SIGTERM')
    await cli.done()
  }

  /** A command on the same deck, which must succeed. */
  async run(...args: string[]): Promise<string> {
    const result = await jobdeck(args, { data: this.data })
    expect(result, args.join(' ')).toMatchObject({ code: 0 })
    return result.stdout
  }

  /** A file in the folder of the data. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.data, name), text)
  }

  async link(): Promise<string> {
    return (await this.run('open', '--print')).trim()
  }

  /** A window in a browser that was let in. Errors in it fail the test. */
  async window(options: BrowserContextOptions = {}, place = ''): Promise<Page> {
    const context = await (
      await launch()
    ).newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options })
    context.setDefaultTimeout(PATIENCE)
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    page.on('console', (message) => {
      // Of requests that are refused while nobody serves, the browser tells by itself.
      if (message.type() === 'error' && !/^Failed to load resource|WebSocket/.test(message.text()))
        errors.push(message.text())
    })
    onTestFinished(() => expect(errors).toEqual([]))
    await page.goto(await this.link())
    if (place) await page.goto(`http://127.0.0.1:${this.#serving!.port}/${place}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    return page
  }
}
