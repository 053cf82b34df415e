import type { Level } from '../../shared/contract.ts'
import type { Meaning } from './output.ts'

/** A command at the beginning of a line, after colours: tools end theirs where a line begins. */
// oxlint-disable-next-line no-control-regex -- colours are begun by one
const COMMAND = /^(?:\s|\x1b\[[\d;:]*m)*::([a-z][a-z-]*)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/is

const LEVEL_OF_COMMAND = new Map<string, Level>([
  ['debug', 'debug'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['error', 'error'],
])
const OTHERS = new Set(['group', 'endgroup', 'add-mask', 'stop-commands', 'progress', 'artifact'])
const isKnown = (name: string) => LEVEL_OF_COMMAND.has(name) || OTHERS.has(name)

/** A number with or without a per cent sign, then perhaps a message; a date is none. */
const PROGRESS = /^\s*(\d+(?:\.\d+)?)\s*(?:%|(?=\s)|$)\s*(.*)$/s

/**
 * A workflow command, or undefined for a line that is none that we know. Names are read in any case, as GitHub does.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function readCommand(line: string): Meaning | undefined {
  const [, written = '', properties = '', data = ''] = COMMAND.exec(line) ?? []
  const name = written.toLowerCase()
  if (!isKnown(name)) return undefined
  const message = unescapeData(data)
  const level = LEVEL_OF_COMMAND.get(name)
  if (level) {
    const fields = readProperties(properties)
    return { kind: 'entry', level, message, ...(fields && { fields }) }
  }
  switch (name) {
    case 'group':
      return { kind: 'entry', level: 'info', message, fields: { group: 'start' } }
    case 'endgroup':
      return { kind: 'entry', level: 'info', message: '', fields: { group: 'end' } }
    case 'add-mask':
      return { kind: 'mask', secret: message }
    case 'stop-commands':
      // The name of a command would end it at the next such command, and nothing could be ended by nothing.
      if (data.trim() === '' || isKnown(data.trim().toLowerCase())) return undefined
      return { kind: 'stop-commands', token: data.trim() }
    case 'artifact':
      if (message.trim() === '') return undefined
      return { kind: 'artifact', path: message.trim(), name: readProperties(properties)?.name }
    default: {
      const [, value, text] = PROGRESS.exec(message) ?? []
      if (value === undefined) return undefined
      return { kind: 'progress', value: Number(value), message: text || null }
    }
  }
}

/** Whether the line ends what `stop-commands` began with this token. */
export const isEndOf = (token: string, line: string) =>
  // oxlint-disable-next-line no-control-regex -- colours are begun by one
  line.replaceAll(/\x1b\[[\d;:]*m/g, '').trim() === `::${token}::`

const unescapeData = (text: string) =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

/** Names that GitHub knows, as it writes them: they are read in any case. */
const PROPERTIES = new Map(
  ['file', 'line', 'endLine', 'col', 'endColumn', 'title', 'name'].map((name) => [name.toLowerCase(), name]),
)

function readProperties(text: string): Record<string, string> | undefined {
  const pairs = text
    .split(',')
    .map((pair) => pair.split(/=(.*)/s))
    .filter(([name, value]) => name?.trim() && value !== undefined)
    .map(([name, value]) => [
      PROPERTIES.get(name!.trim().toLowerCase()) ?? name!.trim(),
      unescapeData(value!.replaceAll('%3A', ':').replaceAll('%2C', ',')),
    ])
  return pairs.length > 0 ? (Object.fromEntries(pairs) as Record<string, string>) : undefined
}
