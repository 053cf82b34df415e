/** Lines of a crontab taken out of use, and given back as they were. */

/** Stands above a line that was taken over, and names the job that runs it now. */
export const TAKEN = /^# jobdeck (crontab:[0-9a-f]{12}(?::\d+)?) runs the next line /

const marker = (key: string) =>
  `# jobdeck ${key} runs the next line (jobdeck import crontab --give-back gives it back)`

/** @param taken which lines, from 1, and the keys of the jobs that run them from then on */
export function takeOver(text: string, taken: { line: number; key: string }[]): string {
  const keys = new Map(taken.map(({ line, key }) => [line, key]))
  return text
    .split('\n')
    .flatMap((line, index) => {
      const key = keys.get(index + 1)
      return key === undefined ? [line] : [marker(key), `#${line}`]
    })
    .join('\n')
}

/** The text as it was before, and the keys of the jobs that ran its lines. */
export function giveBack(text: string): { text: string; keys: string[] } {
  const keys: string[] = []
  const lines: string[] = []
  let isTaken = false
  for (const line of text.split('\n')) {
    const key = TAKEN.exec(line)?.[1]
    if (key !== undefined) keys.push(key)
    // One that was put back by hand is left as it is.
    else lines.push(isTaken && line.startsWith('#') ? line.slice(1) : line)
    isTaken = key !== undefined
  }
  return { text: lines.join('\n'), keys }
}
