/** Below this many per cent, how far it is says too little of how long it takes. */
const TOO_EARLY = 2

/** About how long it will still take: by how far it is, or else by how long the job usually takes. */
export function timeLeft(elapsed: number, progress: number, usual: number | null): number | null {
  if (progress >= 100) return null
  if (progress >= TOO_EARLY) return (elapsed / progress) * (100 - progress)
  return usual !== null && usual > elapsed ? usual - elapsed : null
}
