/**
 * better-sqlite3 for a runtime whose Node-API is 9; the published one asks for 10, only since it keeps references to
 * strings. Here they are kept in a box.
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kept } from './cache.ts'
import { command, unpackPackage } from './command.ts'

/** The headers of Node-API are the same for all that have it. */
const HEADERS = { name: 'node-api-headers', version: '1.9.0' }

const BOX = `#include <napi.h>
struct BoxedString {
	BoxedString() {}
	explicit BoxedString(Napi::String text) {
		Napi::Array box = Napi::Array::New(text.Env(), 1);
		box.Set(uint32_t(0), text);
		reference = Napi::Persistent(box);
	}
	Napi::String Value() const { return reference.Value().Get(uint32_t(0)).As<Napi::String>(); }
	Napi::Env Env() const { return reference.Env(); }
	Napi::Reference<Napi::Array> reference;
};
`

/** @returns the path of the binary */
export async function sqliteForNodeApi9(root: string): Promise<string> {
  const source = join(root, 'node_modules/better-sqlite3')
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
  const folder = await kept(`better-sqlite3-${version}-napi9-${process.arch}`, async (made) => {
    const work = `${made}-sources`
    mkdirSync(work)
    for (const part of ['src', 'deps']) cpSync(join(source, part), join(work, part), { recursive: true })
    for (const file of sources(join(work, 'src'))) writeFileSync(file, boxed(readFileSync(file, 'utf8')))
    const headers = join(await unpackPackage(HEADERS.name, HEADERS.version, work), 'include')
    const includes = [headers, join(root, 'node_modules/node-addon-api'), join(work, 'deps/sqlite3')]
    await compile(
      work,
      includes.map((folder) => `-I${folder}`),
      join(made, 'better_sqlite3.node'),
    )
  })
  return join(folder, 'better_sqlite3.node')
}

async function compile(work: string, includes: string[], binary: string): Promise<void> {
  const common = ['-O2', '-fPIC', '-DNDEBUG', ...includes]
  const definitions = readFileSync(join(work, 'deps/defines.gypi'), 'utf8').matchAll(
    /'([A-Z]\w*(?:=[^']*)?)'/g,
  )
  const settings = Array.from(definitions, ([, setting]) => `-D${setting}`)
  const [engine, binding] = [join(work, 'sqlite3.o'), join(work, 'binding.o')]
  const api = [
    '-DNAPI_VERSION=9',
    '-DNAPI_DISABLE_CPP_EXCEPTIONS',
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  ]
  await Promise.all([
    command('gcc', [...common, ...settings, '-w', '-c', join(work, 'deps/sqlite3/sqlite3.c'), '-o', engine]),
    command('g++', [
      ...common,
      ...api,
      '-std=c++20',
      '-w',
      '-c',
      join(work, 'src/better_sqlite3.cpp'),
      '-o',
      binding,
    ]),
  ])
  await command('g++', ['-shared', '-Wl,-Bsymbolic', binding, engine, '-ldl', '-o', binary])
}

const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[ch]pp$/.test(name))
    .map((name) => join(folder, name))

const boxed = (text: string) =>
  text
    .replace('#include <napi.h>\n', BOX)
    .replaceAll('Napi::Reference<Napi::String>', 'BoxedString')
    .replaceAll('Napi::Persistent(InternalizedFrom', 'BoxedString(InternalizedFrom')
    .replaceAll('Napi::Persistent(pair->name.Value())', 'BoxedString(pair->name.Value())')
