/** The scripts of a deck: what lies in its folders, and what of that people approved. */
import { dirname, join, resolve } from 'node:path'
import { statSync } from 'node:fs'
import type { Actor, CheckedInput, Output } from '../../shared/contract.ts'
import { Fault, invalidInput } from '../../shared/fault.ts'
import type { Clock } from '../clock.ts'
import type { Definition } from '../definition.ts'
import type { Hub } from '../events.ts'
import type { Folders } from '../folders.ts'
import type { Metadata } from '../handlers/metadata.ts'
import type { Version } from '../store/approvals.ts'
import type { Store } from '../store/store.ts'
import {
  checkFolder,
  fileOfName,
  isFolder,
  nameOfFile,
  scriptsFolders,
  type ScriptsFolder,
} from './folders.ts'
import { nameIn, splitName } from './names.ts'
import type { Script } from './read.ts'
import { factsOf, factsOfLost, heard, jobsByScript, withoutParts, type ScriptFacts } from './facts.ts'

export interface ScriptsOptions {
  store: Store
  clock: Clock
  hub: Hub
  folders: Folders
  actor: Actor
  /** The main scripts folder, where the host knows it. */
  main?: string | undefined
  /** `all`: what is there runs, approved or not. */
  trust: 'approved' | 'all'
  /** What a module gets that is loaded to be asked. */
  environment: Record<string, string>
}

/** A script that may run, and where its approved copy lies. */
export interface Runnable {
  name: string
  digest: string
  /** Its entry and its folder, as they lie in the scripts folder. */
  entry: string
  folder: string
  /** The entry in the folder of the approved copy. */
  entryPath: string
  /** Of its entry. */
  copy: string
  /** Of the bundled code, where it is a module. */
  code?: string | undefined
  metadata: Metadata
}

export type Scripts = ReturnType<typeof createScripts>

/** So many scripts are read at once. */
const READ_AT_ONCE = 32

export function createScripts(options: ScriptsOptions) {
  const { store, clock, hub, folders, actor, trust } = options
  const kept = scriptsFolders(store, dirname(store.file), options.main, folders.scripts)
  // The bundler and the parsers take memory: they are loaded when the first script is met.
  const reading = () => import('./read.ts')
  const finding = () => import('./find.ts')

  const folderNamed = (name: string): ScriptsFolder | undefined =>
    kept.list().find((folder) => folder.name === name)
  const tell = (...names: string[]) => hub.emit('scripts', { names })

  /** The script of a name as it is now; undefined where there is none. */
  async function find(name: string): Promise<Script | undefined> {
    const { folder: of, path } = splitName(name)
    const folder = folderNamed(of)
    const found = folder && (await (await finding()).findScript(folder.path, path))
    return found && (await reading()).readScript(found, name, folders.code)
  }

  /** All of them, by name. */
  async function findAll(): Promise<Script[]> {
    const { findScripts } = await finding()
    const { readScript } = await reading()
    const found = (
      await Promise.all(
        kept
          .list()
          .map(async ({ name, path }) =>
            (await findScripts(path)).map((script) => ({ script, name: nameIn(name, script.path) })),
          ),
      )
    ).flat()
    const all: Script[] = []
    for (let at = 0; at < found.length; at += READ_AT_ONCE)
      all.push(
        ...(await Promise.all(
          found
            .slice(at, at + READ_AT_ONCE)
            .map(({ script, name }) => readScript(script, name, folders.code)),
        )),
      )
    return withoutParts(all)
  }

  const facts = (script: Script): ScriptFacts => factsOf(script, store, trust === 'all', jobsByScript(store))

  /** @throws Fault `handler-missing` that names what it may be called now */
  async function missing(name: string): Promise<Fault> {
    const { folder, path } = splitName(name)
    const where = folderNamed(folder)
    if (!where)
      return new Fault('handler-missing', `there is no scripts folder "${folder}" for the script ${name}`)
    const all = store.approvals.latest(name) ? await findAll() : []
    const { renamedTo } = factsOfLost(name, store, new Map(), all)
    const hint = renamedTo === null ? '' : `; ${renamedTo} is what it was: was it renamed?`
    const is = statSync(fileOfName(where, path), { throwIfNoEntry: false }) ? 'is no script' : 'is not there'
    return new Fault(
      'handler-missing',
      `the script ${name} ${is} in the scripts folder ${where.path}${hint}`,
      {
        data: { script: name, renamedTo },
      },
    )
  }

  async function require(name: string): Promise<Script> {
    const script = await find(name)
    if (!script) throw await missing(name)
    return script
  }

  /** Copies a script into the store, as it is now, and asks a module what it says of itself. */
  async function keep(script: Script & { digest: string }): Promise<Version> {
    const { keepParts } = await import('./content.ts')
    const { isIntact } = await import('./copy.ts')
    const { digest, folder, description, entryPath: entry, parts } = script
    // A copy that somebody changed is made anew.
    if (!(await isIntact(folders.approved, digest, entry)))
      await keepParts(folders.approved, digest, folder, parts)
    const version: Version = { entry, parts }
    if (description?.file.kind !== 'module') return version
    version.code = description.file.digest
    return version
  }

  /** @throws Fault where it is broken, or is not what was looked at */
  async function approve(name: string, wanted?: string, as: Actor = actor): Promise<Script> {
    const script = await require(name)
    const { digest, problem } = script
    if (problem)
      throw new Fault(problem.code, problem.message, { ...(problem.data && { data: problem.data }) })
    if (digest === undefined || (wanted !== undefined && wanted !== digest))
      throw new Fault('conflict', `${name} was changed since it was looked at: look at it again`)
    const version = await keep({ ...script, digest })
    if (store.approvals.has(digest, name)) return script
    if (version.code !== undefined && script.description!.computed.length > 0) {
      const { askModule } = await import('./tell.ts')
      const answer = await askModule(
        join(folders.code, `${version.code}.mjs`),
        script.folder,
        options.environment,
      )
      const { metadataOf } = await import('../handlers/metadata.ts')
      if ('failure' in answer) version.failure = answer.failure
      else version.told = metadataOf(answer.told, answer.told.defaults)
    }
    const at = clock.now()
    await store.write(() => {
      store.approvals.add({ digest, name, at, actor: as, version })
      store.trail.add({ at, actor: as, action: 'approved', details: { script: name, digest } })
    })
    tell(name)
    return script
  }

  const self = {
    folders: () => kept.list().map((folder) => ({ ...folder, exists: isFolder(folder.path) })),
    /** In a transaction: for programs that open the deck later. */
    keepMain: kept.keepMain,
    /** What a file in one of the folders is called; undefined where it lies elsewhere. */
    nameOf: (file: string): string | undefined => nameOfFile(kept.list(), resolve(file)),

    async list(): Promise<ScriptFacts[]> {
      const all = await findAll()
      const jobs = jobsByScript(store)
      const there = new Set(all.map(({ name }) => name))
      const lost = [...jobs.keys()].filter((name) => !there.has(name))
      return [
        ...all.map((script) => factsOf(script, store, trust === 'all', jobs)),
        ...lost.map((name) => factsOfLost(name, store, jobs, all)),
      ].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    },

    /** @throws Fault `handler-missing` */
    async get(name: string): Promise<ScriptFacts> {
      return facts(await require(name))
    },

    async review(name: string): Promise<Output<'scripts.review'>> {
      const script = await require(name)
      const { compare } = await import('./review.ts')
      const { originOf } = await import('./origin.ts')
      const last = store.approvals.latest(name)
      return {
        script: facts(script),
        files: await compare(
          script,
          last && { folder: join(folders.approved, last.digest), parts: last.version.parts },
        ),
        origin: await originOf(script.entry),
      }
    },

    async approve(name: string, digest?: string): Promise<ScriptFacts> {
      return facts(await approve(name, digest))
    },

    /** @returns how many approved contents were withdrawn */
    async withdraw(name: string): Promise<number> {
      const digest = (await find(name))?.digest ?? null
      const count = await store.write(() => {
        const removed = store.approvals.remove(name, digest)
        if (removed > 0)
          store.trail.add({ at: clock.now(), actor, action: 'approval withdrawn', details: { script: name } })
        return removed
      })
      if (count > 0) tell(name)
      else if (digest === null) throw await missing(name)
      return count
    },

    /** Writes a script; who does that here approves it. See `writeScript` for the faults. */
    async write({ script: name, ...what }: CheckedInput<'scripts.write'>): Promise<ScriptFacts> {
      const { folder: of, path } = splitName(name)
      const folder = folderNamed(of)
      if (!folder) throw invalidInput('script', `there is no scripts folder "${of}"`)
      const { writeScript } = await import('./write.ts')
      await writeScript(folder, path, what)
      return self.approve(name)
    },

    async addFolder(wanted: CheckedInput<'scripts.addFolder'>): Promise<void> {
      const folder = checkFolder(kept.list(), wanted)
      await store.write(() => kept.add(folder))
      tell()
    },

    async removeFolder(name: string): Promise<void> {
      if (!(await store.write(() => kept.remove(name))))
        throw new Fault('not-found', `there is no scripts folder ${JSON.stringify(name)}`)
      tell()
    },

    /**
     * The script as it may run.
     * @throws Fault `not-approved`, `handler-missing`, or what makes it broken
     */
    async runnable(name: string): Promise<Runnable> {
      const script = await require(name)
      const { digest, problem, description, entry, folder } = script
      if (problem || digest === undefined || !description)
        throw new Fault(problem!.code, problem!.message, { ...(problem!.data && { data: problem!.data }) })
      const { mayApprove } = await import('./owner.ts')
      let version = store.approvals.find(digest)?.version
      if (!version && trust === 'all') version = await keep({ ...script, digest })
      const of = folderNamed(splitName(name).folder)!
      if (!version && of.approve === 'owner' && mayApprove(script, of.path)) {
        await approve(name, digest, 'engine')
        version = store.approvals.find(digest)?.version
      }
      if (!version) throw notApproved(name, store.approvals.latest(name) !== undefined)
      const copy = join(folders.approved, digest, ...version.entry.split('/'))
      const metadata = heard(description, version)
      return { name, digest, entry, folder, entryPath: version.entry, copy, code: version.code, metadata }
    },

    /**
     * Makes sure that what is about to run was approved, still is, and lies in the store as it was.
     * @throws Fault `not-approved`, `handler-unsuitable`
     */
    async check({ script, target }: Pick<Definition, 'script' | 'target'>): Promise<void> {
      if (!script) return
      const { name, digest, entry } = script
      if (trust !== 'all' && !store.approvals.find(digest))
        throw new Fault('not-approved', `the approval of the script ${name} was withdrawn`)
      if (target.kind === 'module') return // its code is checked when it is read
      const { isIntact } = await import('./copy.ts')
      if (!(await isIntact(folders.approved, digest, entry)))
        throw new Fault(
          'handler-unsuitable',
          `the stored copy of the script ${name} was changed or is gone: approve it anew`,
        )
    },

    /** The files of a script as it was under a digest. */
    async source(digest: string): Promise<Output<'executions.source'>['files']> {
      const { readCopy } = await import('./copy.ts')
      return readCopy(join(folders.approved, digest))
    },

    /** Watches the folders; returns the function that ends it. */
    async watch(onTrouble: (thrown: unknown) => void): Promise<() => Promise<void>> {
      const { watchFolders } = await import('./watch.ts')
      return watchFolders({ folders: kept.list, onTrouble, onChange: (names) => tell(...names) })
    },
  }
  return self
}

export const notApproved = (name: string, wasApproved: boolean): Fault =>
  new Fault(
    'not-approved',
    wasApproved
      ? `the script ${name} was changed since it was approved: it waits to be looked at (jobdeck trust ${name})`
      : `the script ${name} is new: it waits to be looked at and approved (jobdeck trust ${name})`,
    { data: { script: name } },
  )
