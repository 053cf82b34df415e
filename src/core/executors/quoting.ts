/**
 * Command lines of `cmd.exe`. Node refuses to start a batch file itself (CVE-2024-27980), and what is quoted for other
 * programs is no quoting for it: `"` ends a quote whatever stands before it, and `%NAME%` counts within quotes too.
 */
import { Fault } from '../../shared/fault.ts'

/** Needs no quotes. All else gets them, as no list of what does would be complete. */
const PLAIN = /^[A-Za-z0-9#$*+\-./:?@\\_\u00A0-\uFFFF]+$/

/** Expands to nothing, and so keeps the `%` beside it from being the end of a name. */
const PERCENT = '%%cd:~,%'

/**
 * What follows `cmd.exe` to run a batch file with arguments, to be passed as it is. Within the batch file `%1` is each
 * as it was given, in quotes where it needs them.
 * @throws Fault `invalid-input` for what no command line can hold
 */
export function batchArguments(file: string, args: string[]): string[] {
  const words = [quoted(file, true), ...args.map((argument) => quoted(argument))]
  // Extensions are on for the trick with %, expansion by ! off, and no AutoRun of the registry is run.
  return ['/e:ON', '/v:OFF', '/d', '/s', '/c', `"${words.join(' ')}"`]
}

function quoted(text: string, always = false): string {
  if (/[\0\r\n]/.test(text)) {
    const message = `the argument ${JSON.stringify(text)} cannot be given to a batch file: it has a line break or a NUL character`
    throw new Fault('invalid-input', message)
  }
  const escaped = text
    .replaceAll(/(\\*)"/g, '$1$1""') // doubled it is one, and the quote goes on for cmd.exe
    .replaceAll('%', PERCENT)
  if (!always && PLAIN.test(text) && !text.endsWith('\\')) return escaped
  return `"${escaped.replace(/(\\+)$/, '$1$1')}"`
}
