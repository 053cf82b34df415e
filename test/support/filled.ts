import { join } from 'node:path'
import { open, type Deck } from '../../src/core/index.ts'
import { jobdeck, type CliOptions } from './cli.ts'
import { temporaryFolder } from './deck.ts'

/** A folder whose deck the library has filled, and the command line on it. */
export async function filled(fill: (deck: Deck) => Promise<void>) {
  const data = join(temporaryFolder(), 'data')
  const deck = await open({ file: join(data, 'jobdeck.db'), durability: 'normal' })
  try {
    await fill(deck)
  } finally {
    await deck.close()
  }
  const on = (...args: string[]) => jobdeck(args, { data })
  return {
    data,
    on,
    with: (options: CliOptions, ...args: string[]) => jobdeck(args, { data, ...options }),
    /** What was refused: exit code and message. */
    refused: async (...args: string[]) => {
      const { code, stdout, stderr } = await on(...args)
      return `${code} ${stdout}${stderr.replace(/Add --help.*\n/, '')}`
    },
  }
}

/** Declares a job of one command and starts it so often, one run after the other. */
export async function ran(
  deck: Deck,
  name: string,
  line: string,
  data: object = {},
  times = 1,
): Promise<void> {
  const job = deck.once('process', { name, ...data }).add(0, { shell: line })
  if (times === 0) await job.save()
  for (let time = 0; time < times; time++) {
    await job.start()
    await job.finished()
  }
}
