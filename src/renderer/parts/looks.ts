import type { Job, Status } from '../../shared/contract.ts'
import type { Script } from '../state/scripts.ts'

export type State = Status | Job['status'] | Script['state']

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet'

/** How each state looks: its shape tells it apart without colour. */
export const LOOKS: Record<State, { shape: string; tone: Tone }> = {
  draft: { shape: '·', tone: 'quiet' },
  disabled: { shape: '◇', tone: 'quiet' },
  paused: { shape: 'Ⅱ', tone: 'warn' },
  ready: { shape: '◷', tone: 'quiet' },
  queued: { shape: '○', tone: 'quiet' },
  initializing: { shape: '◌', tone: 'busy' },
  running: { shape: '▶', tone: 'busy' },
  completed: { shape: '✓', tone: 'good' },
  failed: { shape: '✕', tone: 'bad' },
  cancelled: { shape: '⊘', tone: 'warn' },
  timeout: { shape: '◔', tone: 'bad' },
  killed: { shape: '■', tone: 'bad' },
  interrupted: { shape: '≠', tone: 'warn' },
  approved: { shape: '✓', tone: 'good' },
  new: { shape: '+', tone: 'busy' },
  changed: { shape: '△', tone: 'warn' },
  broken: { shape: '✕', tone: 'bad' },
  gone: { shape: '◇', tone: 'quiet' },
}
