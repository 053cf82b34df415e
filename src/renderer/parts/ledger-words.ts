import type { Occurrence } from '../../shared/contract.ts'
import type { Reason } from '../../shared/schedule.ts'

/** The name of the sentence: an answer says one thing of what ran, and another of what was let pass. */
export const whyOf = ({ outcome, reason }: Pick<Occurrence, 'outcome' | 'reason'>): Reason | 'let-pass' =>
  reason === 'answered' && outcome !== 'started' ? 'let-pass' : reason
