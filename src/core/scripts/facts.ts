/** What people are shown of a script. */
import { join } from 'node:path'
import type { Output } from '../../shared/contract.ts'
import type { FaultData } from '../../shared/fault.ts'
import type { Metadata } from '../handlers/metadata.ts'
import type { Version } from '../store/approvals.ts'
import type { Store } from '../store/store.ts'
import type { Script } from './read.ts'

export type ScriptFacts = Output<'scripts.get'>
export type JobsByScript = Map<string, ScriptFacts['jobs']>

export function jobsByScript(store: Store): JobsByScript {
  const uses: JobsByScript = new Map()
  for (const { script, ...job } of store.jobs.usesOfScripts())
    uses.set(script, [...(uses.get(script) ?? []), job])
  return uses
}

/** A script that is there, with what is known of it besides. */
export function factsOf(script: Script, store: Store, trustsAll: boolean, jobs: JobsByScript): ScriptFacts {
  const { name, description, problem, digest, isFolder } = script
  const approval = digest === undefined ? undefined : store.approvals.find(digest)
  const last = store.approvals.latest(name)
  const metadata = approval?.version.metadata ?? description
  return {
    name,
    state: problem ? 'broken' : approval || trustsAll ? 'approved' : last ? 'changed' : 'new',
    path: isFolder ? script.folder : script.entry,
    entry: script.entry,
    kind: description?.file.kind ?? null,
    isFolder,
    title: metadata?.title ?? null,
    description: metadata?.description ?? null,
    schema: (metadata?.schema ?? null) as ScriptFacts['schema'],
    defaults: metadata?.defaults ?? {},
    warnings: description ? warningsOf(description, approval?.version) : [],
    problem: problem ? problemOf(problem) : null,
    digest: digest ?? null,
    parts: script.parts.map(({ path, size }) => ({ path, size })),
    approvedAt: last?.at ?? null,
    jobs: jobs.get(name) ?? [],
    renamedTo: null,
  }
}

/** One that jobs name and that is not there. */
export function factsOfLost(name: string, store: Store, jobs: JobsByScript, all: Script[]): ScriptFacts {
  const last = store.approvals.latest(name)
  return {
    name,
    state: 'gone',
    path: null,
    entry: null,
    kind: null,
    isFolder: false,
    title: null,
    description: null,
    schema: null,
    defaults: {},
    warnings: [],
    problem: null,
    digest: null,
    parts: [],
    approvedAt: last?.at ?? null,
    jobs: jobs.get(name) ?? [],
    renamedTo: (last && all.find(({ digest }) => digest === last.digest)?.name) ?? null,
  }
}

function warningsOf({ warnings, computed }: Metadata, version: Version | undefined): string[] {
  if (computed.length === 0) return warnings
  const names = `its ${computed.join(' and ')}`
  if (!version) return [...warnings, `${names} can only be told by running it: once it is approved`]
  return version.failure === undefined
    ? warnings
    : [...warnings, `${names} could not be told: ${version.failure}`]
}

const problemOf = ({ code, message, data }: FaultData) => ({
  code,
  message,
  line: (data?.line as number | undefined) ?? null,
  column: (data?.column as number | undefined) ?? null,
})

/** Without those that are only parts of others, and do not say that they are more. */
export function withoutParts(all: Script[]): Script[] {
  const taken = new Set(
    all.flatMap(({ parts, folder, entry }) =>
      parts.map(({ path }) => join(folder, ...path.split('/'))).filter((file) => file !== entry),
    ),
  )
  return all.filter(({ isFolder, entry, description, problem }) => {
    if (isFolder || !taken.has(entry)) return true
    if (!description) return problem?.data?.noDefault !== true
    const { file, title, schema } = description
    return file.kind === 'module' || title !== undefined || schema !== undefined
  })
}
