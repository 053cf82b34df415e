/** `jobdeck trust` and `jobdeck distrust`: what somebody approves runs. */
import type { Client } from '../shared/client.ts'
import { canAsk, confirm } from './ask.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { reviewText } from './review.ts'
import { quoted } from './scripts.ts'
import { counted, oneLine, print, printJson, printNote } from './terminal.ts'

interface TrustOptions extends GlobalOptions {
  scripts: string[]
  yes?: boolean
}

export const trust = ({ scripts, yes = false, ...options }: TrustOptions): Promise<void> =>
  withDeck(options, 'command', async (client) => {
    for (const name of scripts) await trustOne(client, name, !yes && !options.json && canAsk(), options)
  })

/** What was shown is what is approved: where it is changed meanwhile, it is not. */
async function trustOne(
  client: Client,
  script: string,
  asks: boolean,
  { json }: GlobalOptions,
): Promise<void> {
  const review = await client.request('scripts.review', { script })
  const { digest, state, name } = review.script
  if (asks && state !== 'approved' && state !== 'broken') {
    print(reviewText(review))
    if (!(await confirm(`\nApprove ${oneLine(name)} as it is now?`)))
      return printNote(`${name} was not approved`)
  }
  const approved = await client.request('scripts.approve', { script, ...(digest !== null && { digest }) })
  if (json) return printJson(approved)
  print(
    `Approved ${oneLine(name)}: ${counted(approved.parts.length, 'file')}, ${approved.digest!.slice(0, 16)}`,
  )
  for (const warning of approved.warnings) printNote(`${name}: ${warning}`)
  if (approved.jobs.length === 0)
    printNote(`No job runs it yet: jobdeck add NAME ${quoted(name)} --cron "0 3 * * *"`)
}

export const distrust = ({ scripts, ...options }: TrustOptions): Promise<void> =>
  withDeck(options, 'command', async (client) => {
    for (const script of scripts) {
      const count = await client.request('scripts.withdraw', { script })
      if (options.json) printJson({ script, withdrawn: count })
      else if (count === 0) printNote(`${script} was not approved`)
      else print(`${oneLine(script)} runs no more until somebody approves it`)
    }
  })
