/** Questions to whoever sits at the terminal. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Whether there is anybody to ask. */
export const canAsk = () => process.stdin.isTTY && process.stderr.isTTY

/** What was answered, without spaces around it; undefined where the terminal was closed, or Ctrl-C pressed. */
export async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)))
  try {
    const answer = await Promise.race([terminal.question(question), closed])
    return answer?.trim()
  } catch {
    return undefined
  } finally {
    terminal.close()
  }
}

/** The same, with spaces, and without showing what is typed. */
export async function askHidden(question: string): Promise<string | undefined> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // It takes over the terminal, which then shows nothing by itself.
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
  const closed = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)))
  process.stderr.write(question)
  try {
    return await Promise.race([terminal.question(''), closed])
  } catch {
    return undefined
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

/** Only a clear yes is one. */
export const confirm = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test((await ask(`${question} [y/N] `)) ?? '')
