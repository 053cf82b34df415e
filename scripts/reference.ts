/** Writes docs/reference.md from the contract; with `--check`, fails where the page is not what would be written. */
import { readFileSync, writeFileSync } from 'node:fs'
import { format, type FormatConfig } from 'oxfmt'
import { referencePage } from './reference/page.ts'

const FILE = new URL('../docs/reference.md', import.meta.url)
const settings = JSON.parse(
  readFileSync(new URL('../.oxfmtrc.json', import.meta.url), 'utf8'),
) as FormatConfig

const { code, errors } = await format('reference.md', referencePage(), settings)
if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
if (!process.argv.includes('--check')) writeFileSync(FILE, code)
else if (readFileSync(FILE, 'utf8') !== code) {
  console.error('docs/reference.md is not what the contract says: npm run docs')
  process.exitCode = 1
}
