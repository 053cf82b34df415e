import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** The environment variable that marks every process of a run, whatever group or session it moves to. */
export const RUN_MARK = 'JOBDECK_RUN'

/**
 * What the processes of a run carry as that. Unlike a deck, a host has no copies: what its runs start is never taken
 * for the processes of another deck.
 */
export const markOf = (hostId: string, executionId: number) => `${hostId}/${executionId}`

/** A process beyond the reuse of its number. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in a form of the platform; null where that cannot be known. */
  started: string | null
}

/** Where a tree is looked for. */
export interface Root {
  /** The first process; it may be gone already. */
  process?: ProcessIdentity | undefined
  /** Whether it leads a process group of its own. */
  leadsGroup?: boolean
  mark?: string | undefined
  /** What was found of it at the last look: one that has left the group since, and lost its parent, is still known. */
  known?: ProcessIdentity[]
}

interface Process extends ProcessIdentity {
  parent: number
  group: number
  /** What it carries as `JOBDECK_RUN`. */
  mark: string | undefined
}

/** How often a tree is looked at while it is given time to end, in ms. */
const LOOK_INTERVAL = 50
/** A tree that forks faster than it is killed is given up after so many rounds. */
const KILL_ROUNDS = 100

/** The process with this number as it is now, or undefined where there is none. One that has just ended is still. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (process.platform === 'linux') {
    const stat = readStat(pid)
    return stat && { pid, started: stat.started }
  }
  return isAlive(pid) ? { pid, started: null } : undefined
}

/** Whether it is still the same process. */
export function lives({ pid, started }: ProcessIdentity): boolean {
  if (process.platform !== 'linux') return isAlive(pid)
  const stat = readStat(pid)
  return stat !== undefined && !stat.hasEnded && (started === null || stat.started === started)
}

/**
 * Every process of the tree: children of children, members of the group, and whoever carries the mark. Where the
 * processes of the machine cannot be listed (too many files open), those that are known.
 */
export async function findTree(root: Root): Promise<number[]> {
  let processes: Process[]
  try {
    processes = await listTable()
  } catch (thrown) {
    process.emitWarning(String(thrown), { code: 'JOBDECK_TREE' })
    const { process: first, known = [] } = root
    const pids = new Set([first, ...known].flatMap((member) => member?.pid ?? []))
    return [...pids].filter(isAlive)
  }
  return treeIn(processes, root)
}

/** The processes of several trees, which share one look at those of the machine. */
export async function membersOf(roots: Root[]): Promise<Map<Root, number[]>> {
  const processes = await listTable()
  return new Map(roots.map((root) => [root, treeIn(processes, root)]))
}

function treeIn(processes: Process[], root: Root): number[] {
  const found = new Map<number, Process>()
  const add = (member: Process) => {
    if (found.has(member.pid) || member.pid === process.pid) return
    found.set(member.pid, member)
    for (const child of processes) if (child.parent === member.pid) add(child)
  }
  const { process: first, known = [], leadsGroup, mark } = root
  const identities = first ? [first, ...known] : known
  for (const member of processes) {
    const isKnown = identities.some(({ pid, started }) => pid === member.pid && started === member.started)
    const isMarked = mark !== undefined && mark === member.mark
    if (isKnown || isMarked || (leadsGroup && member.group === first?.pid)) add(member)
  }
  root.known = [...found.values()].map(({ pid, started }) => ({ pid, started }))
  return [...found.keys()]
}

/**
 * Ends what is left of a tree: SIGTERM, then after the grace SIGKILL until nothing is left.
 * @param grace milliseconds; with 0 it is killed at once
 * @returns whether anything had to be killed
 */
export async function endTree(root: Root, grace: number): Promise<boolean> {
  const deadline = performance.now() + grace
  let asked = false
  for (
    let left = await findTree(root);
    left.length > 0 && performance.now() < deadline;
    left = await findTree(root)
  ) {
    if (!asked) signalAll(left, 'SIGTERM')
    asked = true
    await wait(LOOK_INTERVAL)
  }
  let killed = false
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const left = await findTree(root)
    if (left.length === 0) return killed
    signalAll(left, 'SIGKILL')
    killed = true
    await wait(Math.min(round * 5, LOOK_INTERVAL))
  }
  return killed
}

/** Sends a signal; a process or group that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown
  }
}

function signalAll(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      signal(pid, name)
    } catch {
      // A process of another user (sudo) may not be signalled; the rest of the tree still must be.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** All processes of this machine that are not zombies; where there is no /proc, without groups and marks. */
async function listTable(): Promise<Process[]> {
  if (process.platform !== 'linux') {
    const { default: listProcesses } = await import('ps-list')
    const processes = await listProcesses()
    return processes.map(({ pid, ppid }) => ({
      pid,
      started: null,
      parent: ppid,
      group: -1,
      mark: undefined,
    }))
  }
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? readStat(pid) : undefined
    return stat && !stat.hasEnded ? [{ pid, ...stat, mark: readMark(pid) }] : []
  })
}

const MARK_PREFIX = `${RUN_MARK}=`

function readMark(pid: number): string | undefined {
  try {
    const variables = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`
    const at = variables.indexOf(`\0${MARK_PREFIX}`)
    return at === -1 ? undefined : variables.slice(at + 1 + MARK_PREFIX.length).split('\0', 1)[0]
  } catch {
    return undefined // of another user, or gone
  }
}

let boot: string | undefined

/** See proc_pid_stat(5). The name in parentheses may itself hold spaces and parentheses. */
function readStat(
  pid: number,
): { parent: number; group: number; started: string; hasEnded: boolean } | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parent, group] = fields
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  const hasEnded = state === 'Z' || state === 'X' // and was not yet waited for
  return { parent: Number(parent), group: Number(group), started: `${fields[19]}@${boot}`, hasEnded }
}
