/** Pausing and resuming by people, and by the engine itself where a deck is not what it was. */
import type { Actor, Pause } from '../shared/contract.ts'
import { invalidInput } from '../shared/fault.ts'
import type { Clock } from './clock.ts'
import type { Folders } from './folders.ts'
import { identityOf } from './lookout.ts'
import { machineId, readWitness, suspicion, writeWitness } from './provenance.ts'
import type { PauseTarget } from './store/pauses.ts'
import type { Store } from './store/store.ts'

interface PausingParts {
  store: Store
  clock: Clock
  folders: Folders
  actor: Actor
  /** Runs in a transaction, once what came due before has its place in the ledger. */
  change<T>(work: () => T): Promise<T>
  /** What waits may have become free to run, or not to. */
  onChange(): void
}

export interface PauseSpan {
  /** Milliseconds from now. */
  for?: number | undefined
  until?: number | undefined
  reason?: string | null | undefined
}

export function createPausing({ store, clock, folders, actor, change, onChange }: PausingParts) {
  /** Inside a transaction. */
  function pauseNow(target: PauseTarget, until: number | null, reason: string | null, by = actor): Pause {
    const now = clock.now()
    const pause = { target, pausedFrom: now, pausedUntil: until, reason }
    store.pauses.set(pause)
    store.trail.add({ at: now, actor: by, action: 'paused', jobId: jobOf(target), details: pause })
    return pause
  }

  /** The file and the machine, where they are other ones, and the reason to be wary, if there is one. */
  function look() {
    const file = identityOf(store.file)
    const now = { machine: machineId(), deck: store.deckId, sequence: store.sequence() }
    const machine = store.settings.get<string>('machine')
    return {
      file: file === store.settings.get<string>('file') ? undefined : file,
      machine: machine === now.machine ? undefined : now.machine,
      reason: suspicion(now, { machine, witness: readWitness(folders.witness) }),
    }
  }

  return {
    /**
     * Nothing of the target begins by itself from now on: until a time, or until it is resumed.
     * @throws Fault `invalid-input` for a time in the past
     */
    async pause(target: PauseTarget, { for: span, until, reason = null }: PauseSpan): Promise<Pause> {
      const now = clock.now()
      const end = until ?? (span === undefined ? null : now + span)
      if (end !== null && end <= now) throw invalidInput('until', 'lies in the past')
      const pause = await change(() => pauseNow(target, end, reason))
      onChange()
      return pause
    },

    /** @returns whether it was paused */
    async resume(target: PauseTarget): Promise<boolean> {
      const resumed = await change(() => {
        if (!store.pauses.resume(target)) return false
        const at = clock.now()
        store.trail.add({ at, actor, action: 'resumed', jobId: jobOf(target), details: { target } })
        return true
      })
      onChange()
      return resumed
    },

    /** Whether the deck is not where, or what, it was when it was last open. */
    isSuspicious: () => Object.values(look()).some((finding) => finding !== undefined),

    /**
     * A deck that was copied or set back must not simply run again what waits in it: it opens paused. And what ran in
     * the file that it is a copy of is none of its own. In a transaction.
     */
    beWary(): void {
      const { file, machine, reason } = look()
      if (file !== undefined) {
        store.hosts.closeAll(clock.now())
        store.settings.set('file', file)
      }
      if (machine !== undefined) store.settings.set('machine', machine)
      if (reason !== undefined) pauseNow('deck', null, reason, 'engine')
    },

    /** To be told when the database was put back from a copy: nothing goes on as if no time had passed. */
    async restored(from: string): Promise<void> {
      await store.write(() => {
        pauseNow('deck', null, `the deck was restored from ${from}`)
        store.trail.add({ at: clock.now(), actor, action: 'restored', details: { from } })
      })
      writeWitness(folders.witness, store)
    },
  }
}

const jobOf = (target: PauseTarget) => (target.startsWith('job:') ? target.slice(4) : null)
