/** Before the tests of the window: finds the browser in which they run. */
import type { TestProject } from 'vitest/node'
import { findBrowser, type Browser } from './find-browser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    browser: Browser
  }
}

export default function setup(project: TestProject): void {
  const browser = findBrowser()
  if ('missing' in browser) console.error(`The tests in a browser are skipped: ${browser.missing}.`)
  project.provide('browser', browser)
}
