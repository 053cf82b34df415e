import { logFile, type Say } from '../core/log-file.ts'

export type { Say }

/** What the application tells of itself. @param folder made where it is missing */
export function desktopLog(folder: string): { say: Say; file: string } {
  const { file, say } = logFile(folder, 'desktop')
  return { file, say: (level, text) => say(level, text.replaceAll(/\s+/g, ' ')) }
}
