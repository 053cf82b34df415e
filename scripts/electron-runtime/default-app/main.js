// What `electron FOLDER` does, for a runtime that has lost its default application.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

const words = process.argv.slice(1)
const preloads = words.flatMap((word, at) => (word === '-r' || word === '--require' ? [words[at + 1]] : []))
const folder = resolve(words.find((word) => !word.startsWith('-') && !preloads.includes(word)) ?? '.')

for (const file of preloads) createRequire(import.meta.url)(resolve(file))
process.defaultApp = true
const { name, productName, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
app.setName(productName ?? name)
app.setVersion(version)
app.setPath('userData', join(app.getPath('appData'), app.getName()))
app.setAppPath(folder)
// Awaited at the top: until then Electron is not ready.
await import(pathToFileURL(join(folder, main)).href)
