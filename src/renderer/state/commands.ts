/** What can be done by a key or from the palette: what the window offers everywhere, and what the view in it adds. */
import { useEffect, useState } from 'react'
import { create } from 'zustand'
import { usePreferences } from './preferences.ts'

export interface Command {
  /** Unique among those that are there at once. */
  id: string
  /** In the language of the window. */
  title: string
  /** A key (`r`, `/`, `Escape`), two in a row (`g j`), or one with Ctrl or Cmd (`mod+k`). */
  keys?: string
  /** `everywhere`, if not given; those of the view come first. */
  scope?: 'view' | 'everywhere'
  run: () => unknown
}

interface CommandsState {
  layers: ReadonlyMap<symbol, readonly Command[]>
}

const useLayers = create<CommandsState>(() => ({ layers: new Map() }))

/** Those of the view come first: they go before others with the same key. */
export const inForce = ({ layers }: CommandsState): Command[] =>
  [...layers.values()].flat().toSorted((a, b) => Number(b.scope === 'view') - Number(a.scope === 'view'))

export const useAllCommands = (): Command[] => inForce(useLayers())

/** Offers commands for as long as the component is there. */
export function useCommands(commands: readonly Command[]): void {
  const [layer] = useState(() => Symbol('layer'))
  // They close over what is shown, so they are given anew with each drawing; nobody but the palette looks at them.
  useEffect(() => {
    useLayers.setState(({ layers }) => ({ layers: new Map(layers).set(layer, commands) }))
    return () =>
      useLayers.setState(({ layers }) => ({ layers: new Map([...layers].filter(([key]) => key !== layer)) }))
  })
}

/** So long, in ms, the second key of two is waited for. */
const SECOND_KEY = 1500

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '')

/** The keys as people write them. */
export const keysText = (keys: string): string =>
  keys
    .replace('mod+', isMac ? '⌘' : 'Ctrl+')
    .replace('Escape', 'Esc')
    .replace(/\+([a-z])$/, (_, key: string) => `+${key.toUpperCase()}`)
    .replace(/⌘([a-z])$/, (_, key: string) => `⌘${key.toUpperCase()}`)

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** The command that a key stands for, after the key before it, if that came just now. */
export function commandFor(
  commands: readonly Command[],
  { key, ctrlKey, metaKey, altKey }: Press,
  before: string,
): Command | undefined {
  if (altKey) return undefined
  const isMod = isMac ? metaKey : ctrlKey
  if (isMod) return commands.find(({ keys }) => keys === `mod+${key.toLowerCase()}`)
  if (ctrlKey || metaKey) return undefined
  return (
    commands.find(({ keys }) => before !== '' && keys === `${before} ${key}`) ??
    commands.find(({ keys }) => keys === key)
  )
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'))

/** What is open above the view has its own keys. */
const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role=dialog], [role=alertdialog], [role=menu]') !== null

/** Listens to the keys of the window; returns the function that ends it. */
export function listenToKeys(): () => void {
  let before = ''
  let beforeAt = 0
  const onKey = (event: KeyboardEvent) => {
    // The key that confirms a candidate of an input method is none of ours.
    if (event.defaultPrevented || event.isComposing || event.repeat || isElsewhere(event.target)) return
    const isMod = event.ctrlKey || event.metaKey
    if (!isMod && (isTyping(event.target) || !usePreferences.getState().singleKeys)) return
    const first = event.timeStamp - beforeAt < SECOND_KEY ? before : ''
    const command = commandFor(inForce(useLayers.getState()), event, first)
    before = command || event.key.length > 1 ? '' : event.key
    beforeAt = event.timeStamp
    if (!command) return
    event.preventDefault()
    command.run()
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}
