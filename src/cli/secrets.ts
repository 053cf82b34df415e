/** `jobdeck secrets`: values that are kept encrypted, and used by their names. */
import { MASKED_LENGTH, SECRET_LIMIT } from '../shared/secrets.ts'
import { Fault } from '../shared/fault.ts'
import { askHidden, canAsk } from './ask.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { dateTime, oneLine, print, printJson, printNote, table } from './terminal.ts'

/** Lists them by name, with what uses each; never a value. */
export function listSecrets(options: GlobalOptions): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const secrets = await client.request('secrets.list', {})
    if (options.json) return secrets.forEach(printJson)
    if (secrets.length === 0) return printNote('No secrets yet. To set one: jobdeck secrets set NAME')
    const rows = secrets.map(({ name, updatedAt, jobs, categories }) => [
      name,
      dateTime(updatedAt),
      oneLine([...jobs.map((job) => job.name), ...categories.map((path) => `category ${path}`)].join(', ')),
    ])
    print(table(['SECRET', 'SET', 'USED BY'], rows, { name: 'SECRET', lesser: ['SET'] }))
  })
}

/** Sets one, by what is typed unseen, or comes through a pipe. */
export async function setSecret({ name, ...options }: GlobalOptions & { name: string }): Promise<void> {
  const value = canAsk() ? await typedValue(name) : await pipedValue()
  return withDeck(options, 'command', async (client) => {
    const done = await client.request('secrets.set', { name, value })
    if (options.json) return printJson(done)
    printNote(`The secret ${JSON.stringify(name)} is set. To use it: --secret PARAMETER=${name}`)
    if (!done.isMasked)
      printNote(
        `It has fewer than ${MASKED_LENGTH} characters: it is not masked in what jobs write, as it would be found in every other word`,
      )
  })
}

async function typedValue(name: string): Promise<string> {
  const value = await askHidden(`Value of ${name} (it is not shown): `)
  if (value === undefined) throw new Fault('cancelled', 'nothing was set')
  if (value === '') throw empty()
  return value
}

/** All that comes, but for one newline at its end, which is there since commands write one. */
async function pipedValue(): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > SECRET_LIMIT + 2)
      throw new Fault(
        'invalid-input',
        `standard input: has more than ${SECRET_LIMIT.toLocaleString('en')} bytes`,
      )
    chunks.push(chunk)
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new Fault('invalid-input', 'standard input: is not text in UTF-8; encode it first, as by base64')
  }
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw empty()
  return value
}

const empty = () =>
  new Fault(
    'invalid-input',
    'the value is empty: type it, or pipe it in, as pass show it | jobdeck secrets set NAME',
  )

/** Removes some; what is in use only by force. */
export function removeSecrets({
  names,
  force = false,
  ...options
}: GlobalOptions & { names: string[]; force?: boolean }): Promise<void> {
  return withDeck(options, 'command', async (client) => {
    const removed = await client.request('secrets.remove', { names, force }).catch((fault: Fault) => {
      throw fault.code === 'conflict' ? new Fault(fault.code, `${fault.message} (--force)`) : fault
    })
    for (const secret of removed) {
      if (options.json) printJson(secret)
      else printNote(`Removed the secret ${JSON.stringify(secret.name)}`)
    }
  })
}
