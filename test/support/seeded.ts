/** Numbers from 0 to 1 that a seed determines: xorshift with the shifts 13, 17, 5 (Marsaglia 2003). */
export function seeded(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
