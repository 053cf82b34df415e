/** Where the deck of a person lies, for every program of Jobdeck alike. */
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** Where the platform keeps such data. */
export const usualFolder = () => envPaths('jobdeck', { suffix: '' }).data

/** As given, else as the environment says, else the usual one. */
export const dataFolder = (given = process.env.JOBDECK_DATA): string =>
  given ? resolve(given) : usualFolder()

export const deckIn = (folder: string) => join(folder, 'jobdeck.db')

/** Where people drop scripts: the folder of the deck is Jobdeck's alone. */
export const scriptsIn = (folder: string) => join(folder, 'scripts')
