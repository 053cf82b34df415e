const isSource = import.meta.url.endsWith('.ts')

/** Where the code of worker threads and child processes lies: beside the bundle, or beside the sources in tests. */
export function entryUrl(name: 'thread' | 'child'): URL {
  return new URL(isSource ? `./${name}-entry.ts` : `./${name}.js`, import.meta.url)
}

/** What a handler gets that imports `jobdeck`, wherever it lies: this very library. */
export const libraryUrl = (): URL => new URL(isSource ? '../index.ts' : './index.js', import.meta.url)
