/** Which folders are scripts folders: the main one, and those that people added. */
import { realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { CheckedInput } from '../../shared/contract.ts'
import { Fault, invalidInput } from '../../shared/fault.ts'
import type { Store } from '../store/store.ts'
import { MAIN_FOLDER, nameIn } from './names.ts'

/** A folder in which scripts lie. */
export interface ScriptsFolder {
  /** `MAIN_FOLDER` for the main one. */
  name: string
  path: string
  /** `owner`: what its owner changes is approved by that. */
  approve: 'people' | 'owner'
}

const SETTING = 'scripts folders'
const MAIN_SETTING = 'scripts folder'

/** @param main where the main one lies, if the host says so; else it is where the last host that did said, or beside the deck's files */
export function scriptsFolders(store: Store, deckFolder: string, main: string | undefined, usual: string) {
  const added = () => store.settings.get<ScriptsFolder[]>(SETTING) ?? []
  const mainPath = (): string => {
    if (main !== undefined) return main
    const kept = store.settings.get<string>(MAIN_SETTING)
    return kept === undefined ? usual : resolve(deckFolder, kept)
  }
  return {
    list: (): ScriptsFolder[] => [{ name: MAIN_FOLDER, path: mainPath(), approve: 'people' }, ...added()],

    /** For programs that open the deck and do not know where its scripts are; in a transaction. From the deck, as that may be moved. */
    keepMain(): void {
      if (main === undefined) return
      const path = relative(deckFolder, main)
      if (store.settings.get<string>(MAIN_SETTING) !== path) store.settings.set(MAIN_SETTING, path)
    },

    /** In a transaction. */
    add(folder: ScriptsFolder): void {
      store.settings.set(SETTING, [...added().filter(({ name }) => name !== folder.name), folder])
    },
    /** In a transaction; false where there is none of that name. */
    remove(name: string): boolean {
      const left = added().filter((folder) => folder.name !== name)
      if (left.length === added().length) return false
      store.settings.set(SETTING, left)
      return true
    },
  }
}

/** What a file in one of the folders is called; undefined where it lies elsewhere. */
export function nameOfFile(folders: ScriptsFolder[], file: string): string | undefined {
  for (const { name, path } of folders) {
    const inFolder = relative(path, file)
    if (inFolder !== '' && !inFolder.startsWith(`..${sep}`) && inFolder !== '..' && !isAbsolute(inFolder))
      return nameIn(name, inFolder)
  }
  return undefined
}

/** Where the script of a name would lie. */
export const fileOfName = (folder: ScriptsFolder, path: string): string =>
  join(folder.path, ...path.split('/'))

/**
 * A folder as it may be added, or as the one of that name is to be.
 * @throws Fault `invalid-input`, `conflict`
 */
export function checkFolder(
  known: ScriptsFolder[],
  { path, name, approve = 'people' }: CheckedInput<'scripts.addFolder'>,
): ScriptsFolder {
  const given = resolve(path)
  if (!isFolder(given)) throw invalidInput('path', `${given} is no folder that is there`)
  const real = realpathSync(given)
  // All below it would be looked through, and watched.
  if (dirname(real) === real || real === homedir())
    throw invalidInput('path', `${real} holds far more than scripts: give a folder of their own`)
  const called = name ?? basename(real).replaceAll(/[^\p{L}\p{N}._-]/gu, '-')
  for (const folder of known) {
    if (folder.path === real && folder.name !== called)
      throw new Fault(
        'conflict',
        `${real} is a scripts folder already${folder.name && `, called ${folder.name}`}`,
      )
    if (folder.path !== real && folder.name === called)
      throw new Fault('conflict', `the scripts folder ${folder.path} is called ${called}: give another name`)
  }
  return { name: called, path: real, approve }
}

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
