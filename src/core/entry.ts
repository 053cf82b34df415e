const isSource = import.meta.url.endsWith('.ts')

const SOURCES = {
  thread: './executors/thread-entry.ts',
  child: './executors/child-entry.ts',
  nothing: './executors/nothing.ts',
  tell: './scripts/tell-entry.ts',
  verify: './store/verify-entry.ts',
  reader: './store/reader-entry.ts',
}

/** Where the code of worker threads and child processes lies: beside the bundle, or among the sources in tests. */
export const entryUrl = (name: keyof typeof SOURCES): URL =>
  new URL(isSource ? SOURCES[name] : `./${name}.js`, import.meta.url)

/** What a handler gets that imports `jobdeck`, wherever it lies: this very library. */
export const libraryUrl = (): URL => new URL(isSource ? './index.ts' : './index.js', import.meta.url)
