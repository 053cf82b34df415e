import type { Connection } from './open.ts'

/** @returns functions over the values of the deck itself; each is JSON under a name */
export function settingTable({ database }: Connection) {
  const get = database.prepare<[string]>('select value from meta where key = ?').pluck()
  const set = database.prepare(
    'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  )
  return {
    get<T>(key: string): T | undefined {
      const text = get.get(key) as string | undefined
      return text === undefined ? undefined : (JSON.parse(text) as T)
    },
    set: (key: string, value: unknown) => set.run(key, JSON.stringify(value)),
  }
}
