import { duration } from '../shared/policy.ts'

/** Whether the engine takes it as a time span; white space around it counts for nothing. */
export const isSpan = (text: string): boolean => duration.safeParse(text).success
