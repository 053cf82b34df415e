/** In the place of `src/core/entry.ts`: threads and processes of Electron begin with the files of the built application. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const built = (name: string) =>
  pathToFileURL(join(process.env.JOBDECK_TEST_APPLICATION!, 'out/main', `${name}.js`))

export const entryUrl = built
export const libraryUrl = () => built('index')
