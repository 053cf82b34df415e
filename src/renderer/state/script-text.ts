/** The text of a script that is edited in this window: it is kept until it is saved or given up. */

export interface KeptText {
  typed: string
  /** What the file said as this was begun. */
  began: string
}

const keyOf = (script: string) => `jobdeck-script/${script}`

/** What was kept; what cannot be read counts as nothing. */
export function keptText(script: string): KeptText | undefined {
  try {
    const { typed, began } = JSON.parse(sessionStorage.getItem(keyOf(script)) ?? '{}') as Partial<KeptText>
    return typeof typed === 'string' && typeof began === 'string' ? { typed, began } : undefined
  } catch {
    return undefined
  }
}

/** @returns whether there was room for it */
export function keepText(script: string, text: KeptText): boolean {
  try {
    sessionStorage.setItem(keyOf(script), JSON.stringify(text))
    return true
  } catch {
    return false
  }
}

export const dropText = (script: string): void => sessionStorage.removeItem(keyOf(script))
