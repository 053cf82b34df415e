/** Which folders are scripts folders: the main one, and those that people added. */
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
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
