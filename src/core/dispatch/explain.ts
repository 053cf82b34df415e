import type { Wait, WaitsFor } from '../../shared/waits.ts'
import type { Definition } from '../definition.ts'
import { ANYBODY } from '../store/claim.ts'
import type { Obstacle } from '../store/room.ts'

/** What is known of a waiting execution. */
export interface Waiting {
  definition: Pick<Definition, 'target'>
  owner: string
  /** Whether its time has come. */
  due: boolean
  /** Whether it waits for its turn among those that are caught up with. */
  inTurn: boolean
  obstacle: Obstacle | undefined
}

const FULL = { job: 'turn', category: 'category-turn', lane: 'slot' } as const

/**
 * What a waiting execution waits for.
 * @param planner whether some host lives that runs what belongs to nobody
 * @param hasFunction whether this host can run the function of that name
 */
export function reasonToWait(
  { definition: { target }, owner, due, inTurn, obstacle }: Waiting,
  planner: boolean,
  hasFunction: (name: string) => boolean,
): Wait {
  if (obstacle && 'pause' in obstacle) {
    const { target: what, reason } = obstacle.pause
    if (what.startsWith('disabled')) return waitFor('enabled')
    const paused = what === 'deck' ? 'deck' : what.startsWith('category') ? 'category' : 'job'
    return { what: `${paused}-resumed`, reason: reason || null }
  }
  if (inTurn) return waitFor('catch-up-turn')
  if (!due) return waitFor('time')
  if (obstacle) return waitFor(FULL[obstacle.full])
  if (owner === ANYBODY && !planner) return waitFor('host')
  return waitFor(target.kind === 'function' && !hasFunction(target.name) ? 'function' : 'slot')
}

const waitFor = (what: WaitsFor): Wait => ({ what, reason: null })
