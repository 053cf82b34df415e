/**
 * Links that let a browser in, each once. One is issued by writing the digest of its token into a folder that only
 * the owner of the deck can write to, and used up by removing that: so `jobdeck open` needs no way into a running
 * `serve`, and whoever may issue one could read the deck anyway.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from '../../core/address.ts'

/** How long a link can be used, in ms. */
export const LINK_TIME = 5 * 60_000

/** Where the web host of a deck is. */
export interface WebAddress {
  port: number
  /** A secret of the process, by which it is told from another program that took its port. */
  instance: string
}

/** 256 bits, as text that fits into addresses and cookies. */
export const createToken = () => randomBytes(32).toString('base64url')

export const digestOf = (token: string) => createHash('sha256').update(token).digest('hex')

const linksFolder = (folder: string) => join(folder, 'links')
const addressFile = (folder: string) => join(folder, 'address.json')

/** Tells where the host is; links of an earlier one are of no use any more. */
export function announce(folder: string, address: WebAddress): void {
  ownFolder(folder)
  rmSync(linksFolder(folder), { recursive: true, force: true })
  mkdirSync(linksFolder(folder), { mode: 0o700 })
  const file = addressFile(folder)
  writeFileSync(`${file}.new`, JSON.stringify(address), { mode: 0o600 })
  renameSync(`${file}.new`, file) // who reads it sees the whole of it
}

/** Where a host is, or was when it died; undefined where none is. */
export function readWebAddress(folder: string): WebAddress | undefined {
  try {
    return JSON.parse(readFileSync(addressFile(folder), 'utf8')) as WebAddress
  } catch {
    return undefined
  }
}

/** Takes back what was announced, unless another host has come since. */
export function withdraw(folder: string, { instance }: WebAddress): void {
  if (readWebAddress(folder)?.instance !== instance) return
  rmSync(addressFile(folder), { force: true })
  rmSync(linksFolder(folder), { recursive: true, force: true })
}

/** A new link, to be used within `LINK_TIME`. */
export function issueLink(folder: string, port: number, now = Date.now()): string {
  for (const name of readdirSync(linksFolder(folder))) usedUp(join(linksFolder(folder), name), now, true)
  const token = createToken()
  writeFileSync(join(linksFolder(folder), digestOf(token)), '', { mode: 0o600, flag: 'wx' })
  return `http://127.0.0.1:${port}/open?token=${token}`
}

/** Whether the token is one of a link that was not used before, and is not too old; it is used up by that. */
export const redeem = (folder: string, token: string, now = Date.now()): boolean =>
  usedUp(join(linksFolder(folder), digestOf(token)), now, false)

/** Removes the file of a link, or only where it is too old; whether it was there, removed here, and not too old. */
function usedUp(file: string, now: number, onlyOld: boolean): boolean {
  try {
    const isOld = Math.abs(now - statSync(file).mtimeMs) > LINK_TIME
    if (isOld || !onlyOld) rmSync(file) // of two who try, one succeeds
    return !isOld && !onlyOld
  } catch {
    return false
  }
}
