/** Which files and folders are looked at in a scripts folder, by their names alone. */
import { basename, extname, sep } from 'node:path'

/** What editors, downloads and version control leave beside the real thing. */
const LEFT_BEHIND = /^[._#]|~$|\.(?:swp|swo|swx|tmp|temp|part|partial|crdownload|download|bak|orig|rej)$/i
/** Folders that programs fill. */
const FILLED = new Set(['node_modules', '__pycache__', 'venv', '__MACOSX'])
/** Nobody runs these, not even where everything on a drive is executable. */
const DATA =
  /\.(?:txt|md|rst|pdf|html?|css|xml|svg|json[5cl]?|toml|ya?ml|ini|cfg|conf|env|properties|lock|csv|tsv|log|map|sqlite3?|db|png|jpe?g|gif|webp|ico|zip|gz|xz|bz2|zst|tar|tgz|7z|pem|key|crt|so|dll|dylib|node|wasm|pyc|class|jar|d\.[cm]?ts|docx?|xlsx?|pptx?)$/i
const SIDECAR = /\.job\.(?:toml|json)$/i

/** What is left alone wherever it lies; also what no name of a script can say, as a backslash is a slash to Windows. */
export const isLeftAlone = (name: string): boolean =>
  LEFT_BEHIND.test(name) || FILLED.has(name) || name.includes('\\')

/** In a script that is a folder, what its language wants so called. */
export const isInner = (name: string): boolean => /^__\w+__\.py$/.test(name)

/** Whether a file holds data, or says something of another file: it is not run. */
export const isData = (name: string): boolean => DATA.test(name)

/** Where a script may say something of itself apart from its code; the first that is there counts. */
export function sidecarNames(file: string): string[] {
  const name = basename(file)
  const stem = basename(file, extname(file))
  return [...new Set([name, stem])].flatMap((of) => [`${of}.job.toml`, `${of}.job.json`])
}

export const isSidecar = (name: string): boolean => SIDECAR.test(name)

/** By what the script of a folder begins, where its `package.json` does not say it. */
export const isHandlerName = (name: string): boolean => /^handler(?:\.[^.]+)?$/i.test(name)

/** The folder that was there first; the scripts of others are named `@folder/…`. */
export const MAIN_FOLDER = ''

/** How a script is called: its path in its folder, with slashes on every system. */
export const nameIn = (folder: string, path: string, separator = sep): string => {
  const plain = path.replaceAll(separator, '/')
  return folder === MAIN_FOLDER ? plain : `@${folder}/${plain}`
}

/** The folder in which a name is looked for, and the path in it. */
export function splitName(name: string): { folder: string; path: string } {
  const [, folder, path] = /^@([^/]+)\/(.*)$/s.exec(name) ?? []
  return folder === undefined ? { folder: MAIN_FOLDER, path: name } : { folder, path: path! }
}
