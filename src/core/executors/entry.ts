/** Where the code of worker threads and child processes lies: beside the bundle, or beside the sources in tests. */
export function entryUrl(name: 'thread' | 'child'): URL {
  const isSource = import.meta.url.endsWith('.ts')
  return new URL(isSource ? `./${name}-entry.ts` : `./${name}.js`, import.meta.url)
}
