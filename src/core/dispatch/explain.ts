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

const FULL = { job: 'its turn', category: 'its turn in its category', lane: 'a slot' } as const

/**
 * What a waiting execution waits for, to be read after "waits for".
 * @param planner whether some host lives that runs what belongs to nobody
 * @param hasFunction whether this host can run the function of that name
 */
export function reasonToWait(
  { definition: { target }, owner, due, inTurn, obstacle }: Waiting,
  planner: boolean,
  hasFunction: (name: string) => boolean,
): string {
  if (obstacle && 'pause' in obstacle) {
    const { target: what, reason } = obstacle.pause
    if (what.startsWith('disabled')) return 'its job to be enabled'
    const name = what === 'deck' ? 'the deck' : what.startsWith('category') ? 'its category' : 'its job'
    return `${name} to be resumed${reason ? ` (${reason})` : ''}`
  }
  if (inTurn) return 'its turn among those that are caught up with'
  if (!due) return 'its time'
  if (obstacle) return FULL[obstacle.full]
  if (owner === ANYBODY && !planner) return 'a program or daemon that has the deck open'
  return target.kind === 'function' && !hasFunction(target.name) ? 'its function' : 'a slot'
}
