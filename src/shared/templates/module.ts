import { singleQuoted } from './text.ts'

const body = (
  title: string,
  first: string,
  signature: string,
) => `${first}import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
${signature.includes('HandlerContext') ? "import type { HandlerContext } from 'jobdeck'\n" : ''}
export const title = ${singleQuoted(title)}
export const params = {
  type: 'object',
  properties: {
    folder: { type: 'string', format: 'directory', default: '.', description: 'The folder to look at' },
  },
}

export default async function ${signature} {
  const names = await readdir(params.folder)
  let bytes = 0
  for (const [index, name] of names.entries()) {
    signal.throwIfAborted() // somebody stops it, or its time is over
    const { size } = await lstat(join(params.folder, name))
    if (size === 0) warn(\`\${name} is empty\`)
    bytes += size
    setProgress(((index + 1) / names.length) * 100, name)
  }
  info(\`Counted \${names.length} files\`)
  return { files: names.length, bytes } // kept with the run
}
`

const ABOUT = '/** Counts the files of a folder: put your own work in its place. */\n'
const TAKEN = '{ params, signal, setProgress, info, warn }'

export const typescript = (title: string): string =>
  body(title, ABOUT, `countFiles(execution: HandlerContext<{ folder: string }>)`).replace(
    'string }>) {\n',
    `string }>) {\n  const ${TAKEN} = execution\n`,
  )

export const javascript = (title: string): string => body(title, ABOUT, `countFiles(${TAKEN})`)
