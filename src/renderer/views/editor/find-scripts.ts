import type { Script } from '../../state/scripts.ts'

const ORDER: Record<Script['state'], number> = { approved: 0, changed: 1, new: 1, broken: 2, gone: 3 }

/** The scripts that have a text in their names or titles; those that can be run come first. */
export function scriptsFor(scripts: readonly Script[], text: string): Script[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return scripts
    .filter(({ name, title }) => {
      const all = `${name} ${title ?? ''}`.toLocaleLowerCase()
      return words.every((word) => all.includes(word))
    })
    .toSorted((a, b) => ORDER[a.state] - ORDER[b.state])
}
