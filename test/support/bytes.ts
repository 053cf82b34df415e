import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Every file in a folder and below it. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** The files of a folder in which one of the texts stands, byte for byte; the write-ahead log too. */
export function holding(folder: string, texts: string[]): string[] {
  const wanted = texts.map((text) => Buffer.from(text))
  return filesIn(folder).filter((file) => {
    const bytes = readFileSync(file)
    return wanted.some((text) => bytes.includes(text))
  })
}

/** Who may do what with a file, as `600`. */
export const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)
