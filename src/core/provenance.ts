/** Whether a deck is still where and what it was when it was last open. */
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Store } from './store/store.ts'

/** What lies beside the database and outlives its replacement by an older copy. */
interface Witness {
  deck: string
  /** Rows ever added to executions and trail; it only grows. */
  sequence: number
}

/**
 * This machine, as the operating system names it: the same after a restart and a change of its name.
 * Where it has no such name, its host name.
 * @see https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
 */
export function machineId(): string {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim()
      if (id !== '') return id
    } catch {
      // Not on this system.
    }
  }
  return hostname()
}

/** Why a deck must not simply go on with what waits in it, or undefined. */
export function suspicion(
  now: { machine: string; deck: string; sequence: number },
  stored: { machine: string | undefined; witness: Witness | undefined },
): string | undefined {
  if (stored.machine !== undefined && stored.machine !== now.machine)
    return 'the deck was copied from another machine'
  const { witness } = stored
  if (witness && witness.deck === now.deck && witness.sequence > now.sequence)
    return 'the deck was set back to an earlier state'
  return undefined
}

export function readWitness(file: string): Witness | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Witness
  } catch {
    return undefined // none yet, or half written when the power went: the next one is better
  }
}

export function writeWitness(file: string, store: Store): void {
  const witness: Witness = { deck: store.deckId, sequence: store.sequence() }
  writeFileSync(file, JSON.stringify(witness))
}
