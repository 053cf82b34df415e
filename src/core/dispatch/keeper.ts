import { constants } from 'node:fs'
import { chmod, copyFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import prettyBytes from 'pretty-bytes'
import type { Clock } from '../clock.ts'
import { makeFolder } from '../disk.ts'
import type { Store } from '../store/store.ts'
import { beginning, freeName, keyOf, safeName } from './artifact-name.ts'

/** What one run may keep. */
const MOST_FILES = 100
const MOST_BYTES = 1024 ** 3
/** A summary that is longer is cut, in bytes. */
const SUMMARY_LIMIT = 1024 * 1024

/** What is not yet copied whole; no file that is kept is called so. */
const PARTIAL = '.partial'

const REASONS: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
}

export interface KeeperParts {
  store: Store
  clock: Clock
  /** Where the folders of all runs lie. */
  artifacts: string
}

/** To whom a keeper tells what it does not keep, and how secrets are taken out of what it does. */
export interface KeeperTeller {
  warn(message: string): void
  masked(text: string): string
}

/** Keeps what one run leaves beside its log: copies of files, and a summary. */
export class Keeper {
  readonly #parts: KeeperParts
  readonly #of: { id: number; jobId: string }
  readonly #teller: KeeperTeller
  readonly #folder: string
  readonly #taken = new Set([keyOf(PARTIAL)])
  /** Files that are kept or about to be. */
  #files = 0
  #bytes = 0
  #isFolderThere = false
  /** One file after the other, so that what is left of the limits is known. */
  #last: Promise<unknown> = Promise.resolve()
  #summary: string | undefined
  #storing: Promise<void> | undefined
  #isClosed = false

  constructor(parts: KeeperParts, of: { id: number; jobId: string }, teller: KeeperTeller) {
    this.#parts = parts
    this.#of = of
    this.#teller = teller
    this.#folder = join(parts.artifacts, String(of.id))
  }

  /**
   * Copies a regular file into the folder of the run. Never rejects: what is not kept is told in the log, with the reason.
   * @param path absolute
   * @returns whether it is kept
   */
  attach(path: string, name = path.replace(/^.*[/\\]/s, '')): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false)
    if (this.#files >= MOST_FILES) {
      this.#refuse(path, `a run keeps at most ${MOST_FILES} files`)
      return Promise.resolve(false)
    }
    this.#files++
    const kept = this.#last
      .then(() => this.#keep(path, name))
      .then(
        () => true,
        (thrown: unknown) => {
          this.#files--
          this.#refuse(path, reasonOf(thrown))
          return false
        },
      )
    this.#last = kept
    return kept
  }

  /** Stores what the run tells of itself, instead of what it told before. */
  summarize(markdown: string): void {
    if (this.#isClosed) return
    this.#summary = markdown
    this.#storing ??= this.#storeSummaries().finally(() => (this.#storing = undefined))
  }

  /** Resolves once all that was asked for is kept, or told not to be. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
    await this.#storing
  }

  async #keep(path: string, wanted: string): Promise<void> {
    const { store, clock } = this.#parts
    const found = await stat(path)
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is no regular file')
    this.#requireRoom(found.size)
    if (!this.#isFolderThere) {
      // Of a run that had this number before the deck was set back to a copy.
      await rm(this.#folder, { recursive: true, force: true })
      makeFolder(this.#folder)
      this.#isFolderThere = true
    }
    const partial = join(this.#folder, PARTIAL)
    try {
      await copyFile(path, partial, constants.COPYFILE_FICLONE)
      await chmod(partial, 0o600) // it has those of the original
      const { size } = await stat(partial) // it may have grown
      this.#requireRoom(size)
      const name = freeName(safeName(this.#teller.masked(wanted)), this.#taken)
      await rename(partial, join(this.#folder, name))
      this.#taken.add(keyOf(name))
      this.#bytes += size
      await store.write(() => store.artifacts.add(this.#of, { name, size, keptAt: clock.now() }), {
        patient: true,
      })
    } finally {
      await rm(partial, { force: true })
    }
  }

  #requireRoom(size: number): void {
    const left = MOST_BYTES - this.#bytes
    if (size <= left) return
    const text = (bytes: number) => prettyBytes(bytes, { binary: true })
    throw new Error(
      `it has ${text(size)}, and of the ${text(MOST_BYTES)} that a run keeps ${text(left)} are left`,
    )
  }

  #refuse(path: string, reason: string): void {
    this.#teller.warn(`the file ${path} was not kept: ${reason}`)
  }

  async #storeSummaries(): Promise<void> {
    const { store } = this.#parts
    while (this.#summary !== undefined) {
      const text = cutSummary(this.#teller.masked(this.#summary))
      this.#summary = undefined
      await store
        .write(() => store.summaries.set(this.#of.id, text), { patient: true })
        .catch((thrown: unknown) => this.#teller.warn(`the summary was not kept: ${reasonOf(thrown)}`))
    }
  }
}

function reasonOf(thrown: unknown): string {
  const { code = '', message } = thrown as NodeJS.ErrnoException
  return REASONS[code] ?? message
}

/** A summary of at most 1 MiB, and a mark where it was longer. */
export function cutSummary(markdown: string): string {
  if (Buffer.byteLength(markdown) <= SUMMARY_LIMIT) return markdown
  return `${beginning(markdown, SUMMARY_LIMIT)}\n\n… [cut: the summary is longer than 1 MiB]`
}
