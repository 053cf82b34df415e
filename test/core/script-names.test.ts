/** The rules of the scripts folder that need no disk, for the systems that are not here. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOfParts, placeOf } from '../../src/core/scripts/content.ts'
import { nameOfFile } from '../../src/core/scripts/folders.ts'
import { isData, isLeftAlone, nameIn, sidecarNames, splitName } from '../../src/core/scripts/names.ts'
import { addressInPlist, addressInZone } from '../../src/core/scripts/origin.ts'
import { scriptName } from '../../src/shared/scripts.ts'

describe('names', () => {
  test.each([
    ['backup.py~', true],
    ['.backup.py.swp', true],
    ['#backup.py#', true],
    ['_draft.ts', true],
    ['node_modules', true],
    ['__pycache__', true],
    ['backup.py.crdownload', true],
    ['backup.py', false],
    ['Sicherung (neu).py', false],
    ['备份.sh', false],
  ])('%s is left alone: %s', (name, wanted) => {
    // Would catch: an editor's temporary file that waits for approval each time somebody saves.
    expect(isLeftAlone(name)).toBe(wanted)
  })

  test.each([
    ['notes.txt', true],
    ['types.d.ts', true],
    ['lib.DLL', true],
    ['tool', false],
    ['tool.exe', false],
    ['run.cmd', false],
  ])('%s is data: %s', (name, wanted) => expect(isData(name)).toBe(wanted))

  test('have slashes on every system, and say in which folder they are', () => {
    expect(nameIn('', 'photos\\import.ts')).toBe('photos/import.ts')
    expect(nameIn('work', 'a\\b.py')).toBe('@work/a/b.py')
    expect(splitName('@work/a/b.py')).toEqual({ folder: 'work', path: 'a/b.py' })
    expect(splitName('a/@b.py')).toEqual({ folder: '', path: 'a/@b.py' })
    expect(scriptName.parse('.\\photos\\import.ts')).toBe('photos/import.ts')
    for (const name of ['', '..', 'a/..', '/a', 'a//b', '\\\\server\\share', 'a\nb'])
      expect(scriptName.safeParse(name).success, JSON.stringify(name)).toBe(false)
  })

  test('of files elsewhere there are none', () => {
    const folders = [
      { name: '', path: '/home/me/scripts', approve: 'people' as const },
      { name: 'work', path: '/work/jobs', approve: 'owner' as const },
    ]
    expect(nameOfFile(folders, '/home/me/scripts/a/b.py')).toBe('a/b.py')
    expect(nameOfFile(folders, '/work/jobs/b.py')).toBe('@work/b.py')
    expect(nameOfFile(folders, '/home/me/scripts..evil/b.py')).toBeUndefined()
    expect(nameOfFile(folders, '/home/me/scripts')).toBeUndefined()
    expect(nameOfFile(folders, '/home/me/scripts/..hidden.py')).toBe('..hidden.py')
  })

  test('of what is said beside a script are those of the whole name first', () => {
    expect(sidecarNames('/x/backup.py')).toEqual([
      'backup.py.job.toml',
      'backup.py.job.json',
      'backup.job.toml',
      'backup.job.json',
    ])
    expect(sidecarNames('/x/tool')).toEqual(['tool.job.toml', 'tool.job.json'])
  })
})

describe('the digest of a script', () => {
  const part = fc.record({
    path: fc.constantFrom('a.py', 'lib/b.py', 'c.txt', '../d.py'),
    digest: fc.stringMatching(/^[0-9a-f]{8}$/),
    size: fc.nat(100),
  })
  const parts = fc.uniqueArray(part, { selector: ({ path }) => path, minLength: 1 })

  test('does not depend on the order in which its files were found', () => {
    fc.assert(
      fc.property(parts, (some) => {
        expect(digestOfParts('a.py', some.toReversed())).toBe(digestOfParts('a.py', some))
      }),
    )
  })

  test('is another when any file is another, is there or is missing', () => {
    // Would catch: an approved script whose helper was swapped for another.
    fc.assert(
      fc.property(parts, fc.nat(), (some, index) => {
        const digest = digestOfParts('a.py', some)
        const at = index % some.length
        const other = some.map((each, place) =>
          place === at ? { ...each, digest: `${each.digest}0` } : each,
        )
        expect(digestOfParts('a.py', other)).not.toBe(digest)
        expect(digestOfParts('a.py', some.toSpliced(at, 1))).not.toBe(digest)
        expect(digestOfParts('a.py', [...some, { path: 'new.py', digest: 'e'.repeat(8), size: 1 }])).not.toBe(
          digest,
        )
      }),
    )
  })

  test('stays when the script is renamed, but not when another language would run it', () => {
    const of = (path: string) => digestOfParts(path, [{ path, digest: 'f00', size: 1 }])
    expect(of('b.py')).toBe(of('a.py'))
    expect(of('a.PY')).toBe(of('a.py'))
    expect(of('a.sh')).not.toBe(of('a.py'))
  })
})

test('a copy holds nothing outside of itself', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('..', 'a', 'b.py'), { minLength: 1, maxLength: 5 }), (names) => {
      expect(placeOf(names.join('/')).split('/')).not.toContain('..')
    }),
  )
})

describe('where a file was downloaded from', () => {
  test('is read of what Windows keeps beside it', () => {
    const text =
      '[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://example.org/\r\nHostUrl=https://example.org/a.ps1\r\n'
    expect(addressInZone(text)).toBe('https://example.org/a.ps1')
    expect(addressInZone('[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://example.org/\r\n')).toBe(
      'https://example.org/',
    )
    expect(addressInZone('[ZoneTransfer]\r\nZoneId=0\r\n')).toBeNull()
  })

  test('is read of the property list of macOS', () => {
    const bytes = Buffer.concat([
      Buffer.from('bplist00\xa2\x01\x02\x5f\x10\x19', 'latin1'),
      Buffer.from('https://example.org/a.sh'),
      Buffer.from([0x08, 0x0b]),
    ])
    expect(addressInPlist(bytes)).toBe('https://example.org/a.sh')
    expect(addressInPlist(Buffer.from('bplist00'))).toBeNull()
  })
})
