/** The security checklist of Electron, as it can be asked of a real window. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { describe, expect, vi } from 'vitest'
import { openWindow, profile, test } from '../support/electron.ts'
import { deckOf } from '../support/page-client.ts'

const countPages = (app: ElectronApplication) =>
  app.evaluate(({ webContents }) => webContents.getAllWebContents().length)

test('the page has none of the rights of a program', async () => {
  const { app } = await openWindow({ home: profile() })
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    return contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  })
  // What was never on is left out of them.
  expect(preferences.nodeIntegrationInWorker ?? false).toBe(false)
  expect(preferences.enableBlinkFeatures ?? '').toBe('')
})

test('the page reaches the channel and nothing else of Electron or Node', async () => {
  const { page } = await openWindow({ home: profile() })
  const found = await page.evaluate(() => {
    const page = globalThis as unknown as Record<string, unknown>
    const names = ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer', '__dirname']
    return {
      globals: names.filter((name) => page[name] !== undefined),
      channel: Object.keys(page.jobdeck as object).toSorted(),
    }
  })
  expect(found).toEqual({ globals: [], channel: ['close', 'receive', 'send'] })
})

test.for([
  'https://example.com/',
  'http://127.0.0.1:9/',
  'file:///etc/passwd',
  'data:text/html,<p>elsewhere',
  'app://other/',
  'chrome://gpu',
  'javascript:document.title = "taken"',
])('the page cannot go to %s', async (address) => {
  const { page } = await openWindow({ home: profile() })
  await deckOf(page)
  await page.evaluate((address) => {
    const link = document.createElement('a')
    link.href = address
    document.body.append(link)
    link.click()
  }, address)
  await page.evaluate((address) => void (location.href = address), address)
  // What asks the deck still is the same page.
  expect(await page.evaluate(() => deckOfTest.request('queue.get', {}).then(() => true))).toBe(true)
  expect(page.url()).toBe('app://jobdeck/')
  expect(await page.evaluate(() => document.title)).toMatch(/Jobdeck$/)
})

test('the page opens no windows; what is of the web is given to the browser, and nothing else', async () => {
  const { app, page } = await openWindow({ home: profile() })
  await app.evaluate(({ shell }) => {
    const outside: string[] = []
    Object.assign(globalThis, { outside })
    Object.assign(shell, { openExternal: async (address: string) => void outside.push(address) })
  })
  const addresses = [
    'https://example.com/',
    'app://jobdeck/',
    'about:blank',
    'file:///etc/passwd',
    'smb://example.com/x',
    'jobdeck://run/1',
    'ms-settings:privacy',
    'javascript:alert(1)',
  ]
  const opened = await page.evaluate(
    (addresses) => addresses.map((address) => window.open(address) !== null),
    addresses,
  )
  expect(opened).toEqual(addresses.map(() => false))
  const outside = await app.evaluate(() => (globalThis as unknown as { outside: string[] }).outside)
  expect(outside).toEqual(['https://example.com/'])
  await page.evaluate(() => {
    const view = document.createElement('webview')
    view.setAttribute('src', 'https://example.com/')
    document.body.append(view)
  })
  expect(await countPages(app)).toBe(1)
})

test('what the page made is saved where the person says, and nothing that came from elsewhere', async () => {
  const home = profile()
  const { app, page } = await openWindow({ home })
  const file = join(home, 'saved.txt')
  // In the place of the dialog that asks where.
  await app.evaluate(({ session }, file) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    session.defaultSession.on('will-download', (event, item) => {
      if (event.defaultPrevented) return
      asked.push(item.getURL().split('/').slice(0, 3).join('/'))
      item.setSavePath(file)
    })
  }, file)
  await page.evaluate(() => {
    for (const href of ['data:text/plain,no', 'app://jobdeck/index.html', 'https://example.com/no'])
      Object.assign(document.createElement('a'), { href, download: 'no.txt' }).click()
    const href = URL.createObjectURL(new Blob(['made here']))
    Object.assign(document.createElement('a'), { href, download: 'saved.txt' }).click()
  })
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toBe('made here'), 10_000)
  const asked = await app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
  expect(asked).toEqual(['blob:app://jobdeck'])
})

test('the page is given no permissions', async () => {
  const { page } = await openWindow({ home: profile() })
  const answers = await page.evaluate(async () => {
    const refused = (asked: Promise<unknown>) =>
      asked.then(
        () => 'granted',
        () => 'refused',
      )
    return {
      notifications: await Notification.requestPermission(),
      camera: await refused(navigator.mediaDevices.getUserMedia({ video: true })),
      place: await refused(
        new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      ),
      reading: await refused(navigator.clipboard.readText()),
    }
  })
  expect(answers).toEqual({
    notifications: 'denied',
    camera: 'refused',
    place: 'refused',
    reading: 'refused',
  })
})

test('nothing is loaded from elsewhere, nor run that did not come with the application', async () => {
  const { app, page } = await openWindow({ home: profile() })
  const loaded = await page.evaluate(async () => {
    const byElement = (name: 'script' | 'img' | 'iframe' | 'link', source: string) =>
      new Promise<string>((resolve) => {
        const element = Object.assign(document.createElement(name), { rel: 'stylesheet' })
        element.addEventListener('load', () => resolve('loaded'))
        element.addEventListener('error', () => resolve('refused'))
        element.setAttribute(name === 'link' ? 'href' : 'src', source)
        document.body.append(element)
      })
    const fetched = (address: string) =>
      fetch(address).then(
        () => 'loaded',
        () => 'refused',
      )
    const inline = document.createElement('script')
    inline.textContent = 'globalThis.wasRun = true'
    document.body.append(inline)
    return {
      fetched: await fetched('https://example.com/'),
      local: await fetched('http://127.0.0.1:9/'),
      file: await fetched('file:///etc/passwd'),
      script: await byElement('script', 'https://example.com/x.js'),
      image: await byElement('img', 'https://example.com/x.png'),
      style: await byElement('link', 'https://example.com/x.css'),
      inline: (globalThis as unknown as { wasRun?: boolean }).wasRun ?? false,
    }
  })
  expect(loaded).toEqual({
    fetched: 'refused',
    local: 'refused',
    file: 'refused',
    script: 'refused',
    image: 'refused',
    style: 'refused',
    inline: false,
  })
  // And below the policy of the page, the session lets nothing out either.
  const bySession = await app.evaluate(({ session }) =>
    session.defaultSession.fetch('http://127.0.0.1:9/').then(
      () => 'loaded',
      ({ message }: Error) => message,
    ),
  )
  expect(bySession).toContain('ERR_BLOCKED_BY_CLIENT')
})

test('its own scheme does not lead out of its folder', async () => {
  const { page } = await openWindow({ home: profile() })
  const answers = await page.evaluate(() =>
    Promise.all(
      [
        'app://jobdeck/index.html',
        'app://jobdeck/../package.json',
        'app://jobdeck/%2e%2e/%2e%2e/package.json',
        'app://jobdeck/..%2f..%2fpackage.json',
        'app://jobdeck/..%5c..%5cpackage.json',
        'app://jobdeck//etc/passwd',
      ].map((address) => fetch(address).then(({ status }) => status)),
    ),
  )
  expect(answers).toEqual([200, 404, 404, 404, 404, 404])
  const headers = await page.evaluate(() =>
    fetch('app://jobdeck/').then((answer) => answer.headers.get('content-security-policy')),
  )
  expect(headers).toContain("default-src 'none'")
})

describe('the channel', () => {
  test('takes whatever it is sent, and goes on', async () => {
    const { page } = await openWindow({ home: profile() })
    const deck = await deckOf(page)
    await page.evaluate(() => {
      const { send } = (globalThis as unknown as { jobdeck: { send(message: unknown): void } }).jobdeck
      const odd = [
        null,
        undefined,
        0,
        '',
        'text',
        [],
        {},
        { id: 'x' },
        { id: NaN },
        { id: -1, type: 'request' },
      ]
      const wrong = [
        { id: 5, type: 'request', name: 'no.such', input: {} },
        { id: 6, type: 'request', name: '__proto__', input: {} },
        { id: 7, type: 'request', name: 'jobs.save', input: { name: 1 } },
        { id: 8, type: 'watch', what: 'everything' },
        { id: 9, type: 'reply', reply: { ok: true, data: 1 } },
        { id: 10, type: 'taken' },
        { id: 11, type: 'x'.repeat(1_000_000) },
      ]
      for (const message of [...odd, ...wrong]) send(message)
    })
    expect(await deck.tryTo('jobs.get', { job: 'nobody' })).toMatchObject({ fault: { code: 'not-found' } })
    expect(await deck.request('jobs.list', {})).toEqual([])
  })

  test('is not there for a frame within the page', async () => {
    const { page } = await openWindow({ home: profile() })
    expect(await frameHas(page)).toBe(false)
  })

  test('does not answer a message that claims to be of the page', async () => {
    const { app, page } = await openWindow({ home: profile() })
    await deckOf(page)
    const answered = await app.evaluate(async ({ ipcMain, BrowserWindow }) => {
      const { webContents: sender } = BrowserWindow.getAllWindows()[0]!
      const answers: number[] = []
      const send = sender.send.bind(sender)
      const done = new Promise<void>((resolve) => {
        sender.send = (name: string, ...args: unknown[]) => {
          const { id } = args[0] as { id: number }
          answers.push(id)
          if (id === 99) resolve()
          send(name, ...args)
        }
      })
      const ask = (id: number, event: object) =>
        ipcMain.emit('jobdeck:message', event, { id, type: 'request', name: 'queue.get', input: {} })
      ask(1, { sender, senderFrame: { url: 'app://jobdeck/', parent: sender.mainFrame } })
      ask(2, { sender, senderFrame: null })
      ask(3, { sender: {}, senderFrame: sender.mainFrame })
      ask(4, { sender: { mainFrame: sender.mainFrame }, senderFrame: sender.mainFrame })
      ask(99, { sender, senderFrame: sender.mainFrame })
      await done
      return answers
    })
    expect(answered).toEqual([99])
  })
})

const frameHas = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const frame = document.createElement('iframe')
        frame.srcdoc = '<p>within</p>'
        frame.addEventListener('load', () =>
          resolve((frame.contentWindow as unknown as { jobdeck?: unknown } | null)?.jobdeck !== undefined),
        )
        document.body.append(frame)
      }),
  )
