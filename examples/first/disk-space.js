/** Says how much of the disk of the home folder is free, and warns where that is little. */
import { statfs } from 'node:fs/promises'
import { homedir } from 'node:os'

export const title = 'Disk space'

const LITTLE = 0.1
const GIB = 2 ** 30

export default async function diskSpace({ setProgress, info, warn }) {
  const folder = homedir()
  const { bsize, blocks, bavail } = await statfs(folder)
  const free = bavail / blocks
  const text = `${((bavail * bsize) / GIB).toFixed(1)} GiB of ${((blocks * bsize) / GIB).toFixed(1)} GiB are free`
  setProgress(100, text)
  if (free < LITTLE) warn(`${text}: that is little`, { folder })
  else info(text, { folder })
  return { free: Math.round(free * 100) / 100 }
}
