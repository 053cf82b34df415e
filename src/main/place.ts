/** Where what the application keeps lies: the deck is the same as that of the command line. */
import { join } from 'node:path'
import { dataFolder, deckIn, scriptsIn } from '../core/data-folder.ts'

export interface Place {
  deck: string
  scripts: string
  /** What Chromium keeps, and where the window was; also what makes an instance single: there is one for each deck. */
  window: string
}

export function placeOf(folder = dataFolder()): Place {
  return { deck: deckIn(folder), scripts: scriptsIn(folder), window: join(folder, 'window') }
}
