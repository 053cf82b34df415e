/** Counts from ten to one, a second each: to see progress, a live log, and how a run is stopped. */
import { setTimeout } from 'node:timers/promises'

export const title = 'Countdown'

const SECONDS = 10

export default async function countdown({ signal, setProgress, info }) {
  for (let left = SECONDS; left > 0; left--) {
    info(`${left} …`)
    setProgress(((SECONDS - left) / SECONDS) * 100, `${left} s left`)
    await setTimeout(1000, undefined, { signal })
  }
  setProgress(100, 'Lift-off')
  info('Lift-off')
  return { seconds: SECONDS }
}
