/** Folders that a program copies to other machines behind SQLite's back. */
import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'

interface Program {
  name: string
  /** What a folder is called that it makes. */
  folder?: RegExp
  /** The path of such a folder, with slashes. */
  path?: RegExp
  /** What it leaves in the topmost folder that it copies. */
  marker?: RegExp
}

/** By what their own documents and programs leave behind. */
const PROGRAMS: Program[] = [
  { name: 'Dropbox', folder: /^Dropbox( \(.+\))?$/i, marker: /^\.dropbox(\.cache)?$/ },
  { name: 'OneDrive', folder: /^OneDrive( ?- ?.+)?$/i },
  { name: 'iCloud', folder: /^iCloud ?Drive$/i, path: /\/Library\/Mobile Documents(\/|$)/ },
  {
    name: 'Google Drive',
    folder: /^(Google ?Drive|My Drive|GoogleDrive-.+)$/i,
    marker: /^\.tmp\.drive(up|down)load$/,
  },
  { name: 'Syncthing', marker: /^\.stfolder$/ },
  {
    name: 'Nextcloud',
    folder: /^(Nextcloud|ownCloud)\d*$/i,
    marker: /^(\._?sync_[0-9a-f]+\.db|\.(nextcloud|owncloud)sync\.log)$/,
  },
  { name: 'a cloud storage of macOS', path: /\/Library\/CloudStorage\/[^/]+/ },
]

/**
 * The name of the program that seems to copy the folder to other machines, or undefined.
 * @param list the names in a folder; none where it cannot be read
 */
export function syncedBy(folder: string, list: (folder: string) => string[] = namesIn): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const names = list(at)
    const path = at.replaceAll('\\', '/')
    const found = PROGRAMS.find(
      (program) =>
        program.folder?.test(basename(at)) ||
        program.path?.test(path) ||
        (program.marker !== undefined && names.some((name) => program.marker!.test(name))),
    )
    if (found) return found.name
    if (dirname(at) === at) return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
