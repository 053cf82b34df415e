import { Fault } from '../shared/fault.ts'

const OLDEST = [22, 14] as const

/**
 * better-sqlite3 does not refuse an old Node, it crashes on it: so this is asked before it is loaded.
 * @throws Fault `node-version`
 */
export function requireNode(versions: NodeJS.ProcessVersions = process.versions): void {
  if (versions.electron) return
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new Fault(
    'node-version',
    `Jobdeck needs Node.js ${OLDEST.join('.')} or newer, and this is ${versions.node}`,
  )
}
