/** A text in the editor of whoever sits at the terminal. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../shared/fault.ts'
import { ask, canAsk } from './ask.ts'
import { printError, printNote } from './terminal.ts'

/** What opens texts here: as the environment says, else what every system has. */
function editor(): string {
  const { VISUAL, EDITOR } = process.env
  const chosen = VISUAL?.trim() || EDITOR?.trim()
  if (chosen) return chosen
  if (!canAsk())
    throw new Fault('invalid-input', 'edit: wants options, or $VISUAL or $EDITOR to name an editor')
  return process.platform === 'win32' ? 'notepad' : 'vi'
}

/**
 * Opens the text until `accept` takes what became of it. What is refused stays as it is and can be edited again;
 * who gives up finds it in a file.
 * @returns what `accept` returned, or undefined where the text was left as it was
 * @throws the Fault of `accept` where nobody can be asked, or whoever was asked gave up
 */
export async function editText<T>(
  text: string,
  name: string,
  accept: (text: string) => Promise<T>,
): Promise<T | undefined> {
  const command = editor()
  const folder = await mkdtemp(join(tmpdir(), 'jobdeck-edit-'))
  const file = join(folder, name)
  let isKept = false
  try {
    await writeFile(file, text, { mode: 0o600 })
    for (;;) {
      await open(command, file)
      const edited = await readFile(file, 'utf8')
      if (edited === text) return undefined
      try {
        return await accept(edited)
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown
        isKept = true
        if (!(await wantsToGoOn(thrown))) {
          printNote(`The text is kept in ${file}`)
          throw thrown
        }
        isKept = false
      }
    }
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true })
  }
}

async function wantsToGoOn(fault: Fault): Promise<boolean> {
  if (!canAsk()) return false
  printError(fault.message)
  const answer = await ask('Nothing was changed. Edit again? [Y/n] ')
  return answer !== undefined && !/^n/i.test(answer)
}

/** Through a shell, as the variable may hold arguments: `code --wait`. */
async function open(command: string, file: string): Promise<void> {
  const child =
    process.platform === 'win32'
      ? spawn(`${command} "${file}"`, { stdio: 'inherit', shell: true })
      : spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', file], { stdio: 'inherit' })
  // Ctrl-C in the editor is meant for the editor.
  const ignore = () => {}
  process.on('SIGINT', ignore)
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    if (code === 0) return
    throw new Fault(
      'conflict',
      `the editor ${JSON.stringify(command)} ended with ${signal ?? `code ${code}`}`,
    )
  } finally {
    process.off('SIGINT', ignore)
  }
}
