/** What in a scripts folder is a script: nothing of it is run, and little of it read. */
import type { Dirent } from 'node:fs'
import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Fault, toFault, type FaultData } from '../../shared/fault.ts'
import { isFile, statusOf } from '../disk.ts'
import { hasProgramEnding, isModule, programChoice, readHead } from '../handlers/kind.ts'
import { isData, isHandlerName, isLeftAlone, isSidecar, sidecarNames } from './names.ts'

/** A script as it was found. */
export interface Found {
  /** Its path in the scripts folder. */
  path: string
  /** The folder of a script that is one, else the folder in which its file lies. */
  folder: string
  /** The file that is run. */
  entry: string
  isFolder: boolean
  /** Why it cannot be run, where that shows by its name and place. */
  problem?: FaultData
}

/** So deep are folders gone into. */
const DEPTH = 8

/** All that is in a scripts folder, in the order of the names; nothing where the folder is not there. */
export async function findScripts(root: string): Promise<Found[]> {
  const real = await realpath(root).catch(() => undefined)
  return real === undefined ? [] : look(root, real, root, 0)
}

/** The script at a path in a scripts folder; undefined where there is none. */
export async function findScript(root: string, path: string): Promise<Found | undefined> {
  const real = await realpath(root).catch(() => undefined)
  const names = path.split('/')
  const isOdd = (name: string) => name === '' || name === '..' || isLeftAlone(name)
  if (real === undefined || names.some(isOdd) || path.startsWith('@')) return undefined
  const file = join(root, ...names)
  // What lies in the folder of another script is a part of that.
  for (let index = 1; index < names.length; index++)
    if (await entryOf(join(root, ...names.slice(0, index))).catch(() => 'broken')) return undefined
  return examine(root, real, file, names.at(-1)!)
}

async function look(root: string, real: string, folder: string, depth: number): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])
  const looked = entries
    .filter(({ name }) => !isLeftAlone(name) && !(depth === 0 && name.startsWith('@')))
    .map(async (entry): Promise<Found[]> => {
      const path = join(folder, entry.name)
      if (entry.isFile() && (isData(entry.name) || isSidecar(entry.name))) return []
      const found = await examine(root, real, path, entry.name)
      if (found) return [found]
      return entry.isDirectory() && depth < DEPTH ? look(root, real, path, depth + 1) : []
    })
  return (await Promise.all(looked)).flat().toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

async function examine(root: string, real: string, path: string, name: string): Promise<Found | undefined> {
  const inFolder = relative(root, path).replaceAll(sep, '/')
  const found = statusOf(path)
  if (!found) return undefined // it went away, or is a link to nothing
  const target = await realpath(path).catch(() => undefined)
  if (target === undefined) return undefined
  const isFolder = found.isDirectory()
  if (!isFolder && (!found.isFile() || isData(name) || isSidecar(name))) return undefined
  if (!target.startsWith(real + sep)) {
    const message = `${inFolder} is a link to ${target}, which lies outside of the scripts folder: copy it here, or add its folder to the scripts folders`
    const fault = new Fault('handler-unsuitable', message).toJSON()
    return { path: inFolder, folder: path, entry: path, isFolder, problem: fault }
  }
  if (!isFolder) {
    if (!(await isProgram(path))) return undefined
    return { path: inFolder, folder: join(path, '..'), entry: path, isFolder }
  }
  const entry = await entryOf(path).catch((thrown: unknown) => toFault(thrown))
  if (entry === undefined) return undefined
  if (entry instanceof Fault)
    return { path: inFolder, folder: path, entry: path, isFolder, problem: entry.toJSON() }
  return { path: inFolder, folder: path, entry, isFolder }
}

/**
 * The file that a folder runs: the `main` of its `package.json`, else its `handler.*`; undefined for a folder that only
 * holds scripts.
 * @throws Fault `handler-unsuitable`, `handler-missing`
 */
async function entryOf(folder: string): Promise<string | undefined> {
  const main = await mainOf(join(folder, 'package.json'))
  if (main !== undefined) {
    const entry = join(folder, main)
    if (!entry.startsWith(folder + sep))
      throw new Fault('handler-unsuitable', `${folder}/package.json: "main" leads out of its folder: ${main}`)
    const found = await stat(entry).catch(() => undefined)
    if (found?.isFile()) return entry
  }
  const names = await readdir(folder).catch((): string[] => [])
  const handlers = names.filter((name) => isHandlerName(name) && !isData(name)).toSorted()
  if (handlers.length > 1)
    throw new Fault(
      'handler-unsuitable',
      `${folder} has ${handlers.join(' and ')}: which of them is to be run?`,
    )
  if (handlers[0] !== undefined) return join(folder, handlers[0])
  // `npm init` names an index.js, whether there is one or not: the folder may only hold scripts, and their packages.
  if (main === undefined || names.some((name) => !isLeftAlone(name) && !isData(name))) return undefined
  throw new Fault('handler-missing', `${folder}/package.json: its "main" is not there: ${main}`)
}

/** So far a file is read for a first line or a block that says what it is, in bytes. */
const HEAD = 4096

const isProgram = async (file: string): Promise<boolean> => {
  if (isModule(file) || hasProgramEnding(file)) return true
  if (sidecarNames(file).some((name) => isFile(join(file, '..', name)))) return true
  const head = await readHead(file, HEAD).catch(() => '')
  if (head.startsWith('#!') || head.includes(' /// script')) return true
  return programChoice(file, {}).then(
    () => true,
    () => false,
  )
}

async function mainOf(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch (thrown) {
    throw new Fault('handler-syntax', `${file} is no valid JSON: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  }
  const main =
    typeof manifest === 'object' && manifest !== null ? (manifest as { main?: unknown }).main : undefined
  return typeof main === 'string' && main !== '' ? main : undefined
}
