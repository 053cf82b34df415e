import { expect, test } from 'vitest'
import { syncedBy } from '../../src/core/health/synced.ts'

/** Folders with the names that are in them. */
const listing = (folders: Record<string, string[]>) => (folder: string) => folders[folder] ?? []

test.each([
  ['/home/me/Dropbox/data', {}, 'Dropbox'],
  ['/home/me/Dropbox (Personal)/data', {}, 'Dropbox'],
  ['/data/box/deep/er', { '/data/box': ['.dropbox.cache'] }, 'Dropbox'],
  ['/home/me/OneDrive - Company/x', {}, 'OneDrive'],
  ['/Users/me/Library/Mobile Documents/com~apple~CloudDocs/x', {}, 'iCloud'],
  ['/Users/me/Library/CloudStorage/GoogleDrive-me@example.org/My Drive', {}, 'Google Drive'],
  ['/Users/me/Library/CloudStorage/Box-Box/x', {}, 'a cloud storage of macOS'],
  ['/data/drive/x', { '/data/drive': ['.tmp.driveupload'] }, 'Google Drive'],
  ['/data/x', { '/data': ['.stfolder', 'x'] }, 'Syncthing'],
  ['/home/me/Nextcloud/x', {}, 'Nextcloud'],
  ['/data/cloud/x', { '/data/cloud': ['.sync_0a1b2c3d4e5f.db'] }, 'Nextcloud'],
  ['/home/me/.local/share/jobdeck', { '/home/me': ['.dropboxrc', '.config', 'Syncthing'] }, undefined],
  ['/home/me/dropboxes/x', {}, undefined],
])(
  '%s is known as synced by its name or by what lies in it, and others are not',
  (folder, folders, program) => {
    expect(syncedBy(folder, listing(folders as Record<string, string[]>))).toBe(program)
  },
)
