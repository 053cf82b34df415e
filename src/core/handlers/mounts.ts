/** Disks on which every file seems to be executable, since their files have no permissions. */

export interface Filesystem {
  type: string
  options: string[]
}

/** Of memory cards, sticks and Windows; `9p` and `drvfs` are the disks of Windows within WSL. */
const WITHOUT_PERMISSIONS = new Set(
  'vfat msdos exfat ntfs ntfs3 ufsd fuseblk 9p drvfs cifs smb3 vboxsf prl_fs'.split(' '),
)

/**
 * The file system that a file lies on, by the lines of `/proc/mounts`.
 * @param path absolute, without links
 * @see proc_mounts(5)
 */
export function filesystemAt(path: string, mounts: string): Filesystem | undefined {
  let found: Filesystem | undefined
  let longest = -1
  for (const line of mounts.split('\n')) {
    const [, place, type, options] = line.split(' ')
    if (place === undefined || type === undefined) continue
    const folder = unescaped(place)
    const prefix = folder.endsWith('/') ? folder : `${folder}/`
    // Of several at one place the last one is on top.
    if ((path === folder || path.startsWith(prefix)) && prefix.length >= longest) {
      longest = prefix.length
      found = { type, options: options?.split(',') ?? [] }
    }
  }
  return found
}

/** Whether what its files may be done with comes from the mount. With `metadata` WSL stores it, with `permissions` NTFS. */
export const hasNoPermissions = ({ type, options }: Filesystem): boolean =>
  WITHOUT_PERMISSIONS.has(type) &&
  !options.some((option) => option === 'permissions' || option === 'metadata' || option.includes(';metadata'))

const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)))
