import { duration } from '../../../shared/policy.ts'

/** Whether the engine takes it as a time span. */
export const isSpan = (text: string): boolean => duration.safeParse(text.trim()).success
