import type { TFunction } from 'i18next'
import type { Wait } from '../shared/waits.ts'

/** What a run waits for, in the language of the window. */
export const waitText = (t: TFunction, { what, reason }: Wait): string =>
  t(`waits.${what}`) + (reason === null ? '' : ` (${reason})`)
