/** The key of the secrets, wrapped by the keychain of the system where it has one. */
import { safeStorage } from 'electron'
import type { Keeper } from '../core/sealing.ts'
import type { Say } from './log.ts'

/** Stands before what was wrapped: a key that the command line has made lies as it is. */
const MARK = Buffer.from('jobdeck safeStorage 1\n')

/** Where the system has no keychain that protects anything, the key lies as the command line has it. */
export function createKeeper(say: Say): Keeper {
  if (!isProtected()) {
    say(
      'info',
      'The system has no keychain to be used: the key of the secrets is protected by the rights of its file',
    )
    return { protect: (key) => key, unprotect }
  }
  return {
    protect: (key) => Buffer.concat([MARK, safeStorage.encryptString(key.toString('base64'))]),
    unprotect,
  }
}

function unprotect(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, MARK.length).equals(MARK)) return bytes
  return Buffer.from(safeStorage.decryptString(bytes.subarray(MARK.length)), 'base64')
}

/** On a Linux without a keychain Electron would encrypt by a password that everybody knows. */
function isProtected(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'
}
