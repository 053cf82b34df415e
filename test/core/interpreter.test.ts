/** Which program runs a file, on machines that are made up, and on this one. */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseInterpreter, type Wishes } from '../../src/core/handlers/interpreter.ts'
import { programCommand } from '../../src/core/handlers/kind.ts'
import { filesystemAt, hasNoPermissions } from '../../src/core/handlers/mounts.ts'
import { firstLineOf, readShebang } from '../../src/core/handlers/shebang.ts'
import type { Surroundings } from '../../src/core/handlers/surroundings.ts'
import { messages, openDeck, collect, temporaryFolder, writeFile } from '../support/deck.ts'

interface Machine {
  /** Paths of programs on the PATH, in its order. */
  path?: string[]
  /** Other programs and files. */
  files?: string[]
  environment?: Record<string, string>
  executable?: boolean
}

function machine(
  platform: NodeJS.Platform,
  { path = [], files = [], environment = {}, executable = false }: Machine,
) {
  const nameOf = (program: string) =>
    program
      .split(/[/\\]/)
      .at(-1)!
      .replace(/\.(exe|bat)$/, '')
  const around: Surroundings = {
    platform,
    environment,
    findAll: async (name) => path.filter((program) => nameOf(program) === name),
    isProgram: async (file) => files.includes(file),
    exists: async (file) => files.includes(file),
    isExecutable: async () => executable,
  }
  return around
}

const linux = (name: string) => `/usr/bin/${name}`
const GIT = { ProgramFiles: 'C:\\Program Files', LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }
const STUB = 'C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\python3.exe'
const STUB_TOO = STUB.replace('python3', 'python')
const WSL = 'C:\\Windows\\System32\\bash.exe'
const POWERSHELL = ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File']

type Row = [
  what: string,
  file: string,
  line: string,
  machine: Machine,
  command: string[] | undefined,
  wishes?: Wishes,
]

async function decide(platform: NodeJS.Platform, [, file, line, given, , wishes = {}]: Row) {
  return chooseInterpreter(file, line, wishes, machine(platform, given))
}

const ON_LINUX: Row[] = [
  [
    'the metadata goes before all else',
    '/s/a.py',
    '#!/bin/sh',
    { files: ['/s/.venv/bin/python'] },
    ['pypy'],
    { interpreter: ['pypy'] },
  ],
  [
    'a path in the metadata goes from the folder of the file',
    '/s/a.py',
    '',
    {},
    ['/s/bin/py', '-u'],
    { interpreter: ['./bin/py', '-u'] },
  ],
  [
    'or from the working directory',
    '/s/a.py',
    '',
    {},
    ['/w/bin/py'],
    { interpreter: ['bin/py'], directory: '/w' },
  ],
  [
    'a #! line that names a path is followed',
    '/s/a.py',
    '#!/opt/py/bin/python3',
    { files: ['/s/.venv/bin/python'] },
    ['/opt/py/bin/python3'],
  ],
  [
    'one that names a version as well',
    '/s/a.py',
    '#!/usr/bin/env python3.9',
    { files: ['/s/.venv/bin/python'] },
    ['python3.9'],
  ],
  [
    'one that asks env for any Python leaves it open',
    '/s/a.py',
    '#!/usr/bin/env python3',
    { files: ['/s/.venv/bin/python'] },
    ['/s/.venv/bin/python'],
  ],
  [
    'and keeps its arguments',
    '/s/a',
    '#!/usr/bin/env -S python3 -u',
    { path: [linux('python3')] },
    ['python3', '-u'],
  ],
  [
    'one for uv is followed',
    '/s/a.py',
    '#!/usr/bin/env -S uv run --script',
    { path: [linux('uv')], files: ['/s/.venv/bin/python'] },
    ['uv', 'run', '--script'],
  ],
  [
    'the nearest .venv, not one further up',
    '/s/t/a.py',
    '',
    { files: ['/s/.venv/bin/python', '/s/t/.venv/bin/python'] },
    ['/s/t/.venv/bin/python'],
  ],
  ['one further up', '/s/t/u/a.py', '', { files: ['/s/.venv/bin/python'] }, ['/s/.venv/bin/python']],
  [
    'venv where it is one',
    '/s/a.py',
    '',
    { files: ['/s/venv/bin/python', '/s/venv/pyvenv.cfg'] },
    ['/s/venv/bin/python'],
  ],
  [
    'not any folder called venv',
    '/s/a.py',
    '',
    { files: ['/s/venv/bin/python'], path: [linux('python3')] },
    ['python3'],
  ],
  [
    '.venv before uv',
    '/s/a.py',
    '',
    { files: ['/s/.venv/bin/python'], path: [linux('uv')] },
    ['/s/.venv/bin/python'],
    { hasDependencies: true },
  ],
  [
    'uv where it has packages to bring',
    '/s/a.py',
    '',
    { path: [linux('uv'), linux('python3')] },
    ['uv', 'run', '--script'],
    { hasDependencies: true },
  ],
  [
    'also under a #! line for any Python',
    '/s/a.py',
    '#!/usr/bin/env python3',
    { path: [linux('uv')] },
    ['uv', 'run', '--script'],
    { hasDependencies: true },
  ],
  ['no uv where it has none', '/s/a.py', '', { path: [linux('uv'), linux('python3')] }, ['python3']],
  [
    'no uv where it is not there',
    '/s/a.py',
    '',
    { path: [linux('python3')] },
    ['python3'],
    { hasDependencies: true },
  ],
  [
    'a conda environment that is named, before a .venv that is found',
    '/s/a.py',
    '',
    { path: [linux('conda')], files: ['/s/.venv/bin/python'] },
    ['conda', 'run', '--no-capture-output', '-n', 'data', 'python'],
    { conda: 'data' },
  ],
  [
    'conda where its installer put it',
    '/s/a.py',
    '',
    { files: ['/home/me/miniforge3/bin/conda'], environment: { HOME: '/home/me' } },
    ['/home/me/miniforge3/bin/conda', 'run', '--no-capture-output', '-n', 'data', 'python'],
    { conda: 'data' },
  ],
  ['python where there is no python3', '/s/a.py', '', { path: [linux('python')] }, ['python']],
  ['sh for .sh', '/s/a.sh', '', { path: [linux('sh')] }, ['sh']],
  ['bash for a .sh that says so', '/s/a.sh', '#!/bin/bash -eu', {}, ['/bin/bash', '-eu']],
  ['ruby', '/s/a.RB', '', { path: [linux('ruby')] }, ['ruby']],
  [
    'PowerShell without profile',
    '/s/a.ps1',
    '#!/usr/bin/env pwsh',
    { path: [linux('pwsh')] },
    ['pwsh', ...POWERSHELL],
  ],
  [
    'its #! line with arguments of its own',
    '/s/a.ps1',
    '#!/usr/bin/env -S pwsh -File',
    { path: [linux('pwsh')] },
    ['pwsh', '-File'],
  ],
  [
    'env that sets variables stays',
    '/s/a',
    '#!/usr/bin/env -S A=1 python3',
    {},
    ['/usr/bin/env', 'A=1', 'python3'],
  ],
  ['execute permission', '/s/tool', '', { executable: true }, []],
  ['neither ending nor #! nor permission', '/s/notes.txt', 'hello', {}, undefined],
]

const ON_WINDOWS: Row[] = [
  [
    'the path of a #! line means nothing, its name does',
    'C:\\s\\a',
    '#!/usr/bin/ruby -w',
    { path: ['C:\\Ruby\\ruby.exe'] },
    ['ruby', '-w'],
  ],
  [
    'the same of env',
    'C:\\s\\a.py',
    '#!/usr/bin/env python3',
    { path: ['C:\\Python\\python.exe'] },
    ['python'],
  ],
  [
    'a Python of a version, too',
    'C:\\s\\a.py',
    '#!/usr/bin/python3.11',
    { path: ['C:\\Windows\\py.exe'] },
    ['py', '-3'],
  ],
  [
    'the stub of the store is no Python',
    'C:\\s\\a.py',
    '',
    { path: [STUB, STUB_TOO, 'C:\\Windows\\py.exe'] },
    ['py', '-3'],
  ],
  [
    'a Python behind the stub is named by its path',
    'C:\\s\\a.py',
    '',
    { path: [STUB, STUB_TOO, 'C:\\Python\\python.exe'] },
    ['C:\\Python\\python.exe'],
  ],
  [
    '.venv',
    'C:\\s\\t\\a.py',
    '',
    { files: ['C:\\s\\.venv\\Scripts\\python.exe'] },
    ['C:\\s\\.venv\\Scripts\\python.exe'],
  ],
  [
    'a bash on the PATH that is not of WSL',
    'C:\\s\\a.sh',
    '#!/bin/bash',
    { path: [WSL, 'C:\\msys64\\usr\\bin\\bash.exe'] },
    ['C:\\msys64\\usr\\bin\\bash.exe'],
  ],
  [
    'that of Git',
    'C:\\s\\a.sh',
    '',
    { path: [WSL], files: ['C:\\Program Files\\Git\\bin\\bash.exe'], environment: GIT },
    ['C:\\Program Files\\Git\\bin\\bash.exe'],
  ],
  [
    'that of a Git somewhere else',
    'C:\\s\\a.sh',
    '#!/bin/sh -e',
    { path: ['D:\\Git\\cmd\\git.exe'], files: ['D:\\Git\\bin\\bash.exe'], environment: GIT },
    ['D:\\Git\\bin\\bash.exe', '-e'],
  ],
  [
    'that of a Git for one user',
    'C:\\s\\a.bash',
    '',
    { files: ['C:\\Users\\me\\AppData\\Local\\Programs\\Git\\bin\\bash.exe'], environment: GIT },
    ['C:\\Users\\me\\AppData\\Local\\Programs\\Git\\bin\\bash.exe'],
  ],
  [
    'pwsh before powershell',
    'C:\\s\\a.ps1',
    '',
    { path: ['C:\\p\\pwsh.exe', 'C:\\w\\powershell.exe'] },
    ['pwsh', ...POWERSHELL],
  ],
  ['powershell', 'C:\\s\\a.ps1', '', { path: ['C:\\w\\powershell.exe'] }, ['powershell', ...POWERSHELL]],
  ['a batch file is run itself', 'C:\\s\\a.CMD', '', {}, []],
  [
    'conda',
    'C:\\s\\a.py',
    '',
    {
      files: ['C:\\Users\\me\\miniconda3\\Scripts\\conda.exe'],
      environment: { USERPROFILE: 'C:\\Users\\me' },
    },
    ['C:\\Users\\me\\miniconda3\\Scripts\\conda.exe', 'run', '--no-capture-output', '-n', 'x', 'python'],
    { conda: 'x' },
  ],
]

describe('the interpreter', () => {
  // Would catch: a script that runs with another program than its author meant.
  test.each(ON_LINUX)('on Linux: %s', async (...row) => {
    expect((await decide('linux', row))?.command).toEqual(row[4])
    expect((await decide('darwin', row))?.command).toEqual(row[4])
  })

  test.each(ON_WINDOWS)('on Windows: %s', async (...row) => {
    expect((await decide('win32', row))?.command).toEqual(row[4])
  })

  test.each<[NodeJS.Platform, string, Machine, RegExp, RegExp]>([
    // Would catch: a run that opens the store, or does its work in a Linux that nobody thought of.
    ['win32', 'C:\\a.py', { path: [STUB] }, /only opens the store/, /Install Python/],
    ['win32', 'C:\\a.sh', { path: [WSL] }, /WSL.*Linux of its own/, /Git for Windows.*wsl\.exe/],
    ['win32', 'C:\\a.sh', {}, /no bash/, /Git for Windows/],
    ['win32', 'C:\\a.ps1', {}, /no PowerShell/, /pwsh/],
    ['linux', '/a.py', {}, /no Python on the PATH/, /Install Python/],
    ['linux', '/a.rb', {}, /no ruby on the PATH/, /Install ruby/],
  ])('on %s says of %s what is missing, and what to do', async (platform, file, given, missing, mend) => {
    const choice = await chooseInterpreter(file, '', {}, machine(platform, given))
    expect(choice).toMatchObject({
      missing: expect.stringMatching(missing),
      mend: expect.stringMatching(mend),
    })
    expect(choice!.command).not.toContain('bash')
  })

  test('is looked for on the PATH of the run, and not of this process', async () => {
    // Would catch: a job whose PATH is its own, but whose Python is that of whoever started Jobdeck.
    const bin = temporaryFolder()
    writeFile(bin, 'uv', '#!/bin/sh\n', 0o755)
    const file = writeFile(temporaryFolder(), 'a.py', '')
    expect(await programCommand(file, { hasDependencies: true, environment: { PATH: bin } })).toEqual([
      'uv',
      'run',
      '--script',
      file,
    ])
    expect(await programCommand(file, { hasDependencies: true, environment: { PATH: '/nowhere' } })).toEqual([
      'python3',
      file,
    ])
  })

  test.skipIf(process.platform === 'win32')('chosen for a job is what its run starts', async () => {
    const bin = temporaryFolder()
    writeFile(bin, 'ruby', '#!/bin/sh\necho "not quite ruby: $(basename "$1")"\n', 0o755)
    const file = writeFile(temporaryFolder(), 'a.rb', 'puts 1\n')
    const deck = await openDeck()
    const environment = { PATH: `${bin}:${process.env.PATH}` }
    const job = deck.once('process', { name: 'own', environment }).add(0, { file })
    const [execution] = await job.start()
    expect(await job.finished()).toMatchObject({ status: 'completed' })
    expect(messages(await collect(execution!.logs()))).toEqual(['not quite ruby: a.rb'])
  })

  test.skipIf(process.platform === 'win32')(
    'that a virtual environment has is found by its real files',
    async () => {
      const folder = temporaryFolder()
      mkdirSync(join(folder, 'venv/bin'), { recursive: true })
      mkdirSync(join(folder, 'deep'))
      writeFile(folder, 'venv/pyvenv.cfg', 'home = /usr/bin\n')
      const python = writeFile(folder, 'venv/bin/python', '#!/bin/sh\n', 0o755)
      const file = writeFile(folder, 'deep/a.py', '\uFEFF#!/usr/bin/env python3\r\n')
      expect(await programCommand(file)).toEqual([python, file])
      chmodSync(python, 0o644)
      expect((await programCommand(file))[0]).not.toBe(python)
    },
  )
})

describe('the #! line', () => {
  test.each([
    ['#!/bin/sh', { command: ['/bin/sh'], isOpen: false }],
    ['#! /usr/bin/awk -f  -v', { command: ['/usr/bin/awk', '-f -v'], isOpen: false }],
    ['#!/usr/bin/env python3', { command: ['python3'], isOpen: true }],
    [
      '#!/usr/bin/env -S node --title "my script"',
      { command: ['node', '--title', 'my script'], isOpen: true },
    ],
    ['#!/usr/bin/env -Sdeno run', { command: ['deno', 'run'], isOpen: true }],
    ['#!/usr/bin/env -i sh', { command: ['/usr/bin/env', '-i', 'sh'], isOpen: false }],
    ['#!/usr/bin/env', undefined],
    ['#!', undefined],
    ['# /usr/bin/sh', undefined],
  ])('%s', (line, shebang) => expect(readShebang(line)).toEqual(shebang))

  test('is read behind a byte order mark and before a carriage return', () => {
    // Would catch: a script from Windows that runs as another language than it says.
    expect(firstLineOf('\uFEFF#!/bin/bash\r\necho\n')).toBe('#!/bin/bash')
  })
})

describe('a drive without permissions', () => {
  const MOUNTS = [
    '/dev/root / ext4 rw 0 0',
    'C:\\134 /mnt/c 9p rw,aname=drvfs;path=C:\\;uid=1000 0 0',
    'D:\\134 /mnt/d 9p rw,aname=drvfs;path=D:\\;metadata;uid=1000 0 0',
    '/dev/sdb1 /media/me/My\\040stick vfat rw,fmask=0022 0 0',
    '/dev/sdc1 /data fuseblk rw,permissions 0 0',
    '/dev/sdd1 /data/old fuseblk rw 0 0',
    'me@host:/ /home/me/host fuse.sshfs rw 0 0',
  ].join('\n')

  test.each([
    ['/home/me/a', 'ext4', false],
    ['/mnt/c/Users/me/a', '9p', true],
    ['/mnt/d/a', '9p', false],
    ['/mnt/cd/a', 'ext4', false],
    ['/media/me/My stick/a', 'vfat', true],
    ['/data/a', 'fuseblk', false],
    ['/data/old/a', 'fuseblk', true],
    ['/home/me/host/a', 'fuse.sshfs', false],
  ])('%s lies on %s', (path, type, without) => {
    // Would catch: every photo of a memory card listed as a program.
    const found = filesystemAt(path, MOUNTS)!
    expect({ type: found.type, without: hasNoPermissions(found) }).toEqual({ type, without })
  })

  test('is told where there is one, and nowhere else', () => expect(filesystemAt('/a', '')).toBeUndefined())
})
