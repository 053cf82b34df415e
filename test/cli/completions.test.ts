/** `completions`: what shells offer, asked of real ones where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, hasTerminal, jobdeck } from '../support/cli.ts'
import { temporaryFolder, writeFile } from '../support/deck.ts'
import { filled, ran } from '../support/filled.ts'

const has = (shell: string, ...args: string[]) => spawnSync(shell, args, { stdio: 'ignore' }).status === 0

const deck = () =>
  filled(async (deck) => {
    await ran(deck, 'Backup', 'true', { category: 'home/nightly', tags: ['disk'] })
    await ran(deck, '备份 🚀', 'true', { category: 'home' })
    await ran(deck, 'two: words', 'true', {}, 0)
  })
type Filled = Awaited<ReturnType<typeof deck>>

/** What is offered after these words, of which the last one is being typed. */
async function offered({ on }: Pick<Filled, 'on'>, ...words: string[]) {
  const { code, stdout, stderr } = await on('complete', 'zsh', '--', ...words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [kind, ...lines] = stdout.trimEnd().split('\n')
  return { kind, values: lines.map((line) => line.split('\t')[0]) }
}
const valuesOf = async (own: Pick<Filled, 'on'>, ...words: string[]) => (await offered(own, ...words)).values

describe('what is offered', () => {
  test('are commands, those within a command, options, and their choices', async () => {
    const own = await deck()
    expect(await valuesOf(own, 'r')).toEqual(['run', 'restart', 'resume', 'runs', 'remove', 'restore'])
    expect(await valuesOf(own, '')).not.toContain('complete')
    expect(await valuesOf(own, 'categories', '')).toEqual(['add', 'move', 'remove'])
    expect(await valuesOf(own, 'runs', '--m')).toEqual(['--min-duration', '--max-duration', '--mode'])
    expect(await valuesOf(own, 'runs', '--d')).toEqual(['--data'])
    expect(await valuesOf(own, 'runs', '--mode', '')).toEqual(['in-process', 'process'])
    expect(await valuesOf(own, 'runs', '--status', 'c')).toEqual(['completed', 'cancelled'])
    expect(await valuesOf(own, 'runs', '--status=c')).toEqual(['--status=completed', '--status=cancelled'])
    expect(await valuesOf(own, 'completions', '')).toEqual(['bash', 'zsh', 'fish', 'powershell'])
    expect(await valuesOf(own, '--json', 'runs', '--sort', 'd')).toEqual(['duration'])
    expect(await valuesOf(own, 'frob', '')).toEqual([])
  })

  test('are jobs, runs, categories and tags of the deck that is named, and fields', async () => {
    const own = await deck()
    expect(await valuesOf(own, 'show', 'b')).toEqual(['Backup'])
    expect(await valuesOf(own, 'show', '2')).toEqual(['2'])
    expect(await valuesOf(own, 'disable', 'Backup', '备')).toEqual(['备份 🚀'])
    expect(await valuesOf(own, 'list', '--category', 'home/')).toEqual(['home/nightly'])
    expect(await valuesOf(own, 'list', '--tag', '')).toEqual(['disk'])
    expect(await valuesOf(own, 'categories', 'move', 'home', '')).toEqual(['home', 'home/nightly'])
    expect(await valuesOf(own, 'remove', '--run', '1', '')).toEqual(['2', '1'])
    expect(await valuesOf(own, 'edit', 'Backup', '--set', 'time')).toEqual(['timeout='])
    const other = await filled((deck) => ran(deck, 'Elsewhere', 'true', {}, 0))
    expect(await valuesOf(own, '--data', other.data, 'show', 'E')).toEqual(['Elsewhere'])
  })

  test('are files where a file is wanted, and those of a command after --', async () => {
    const own = await deck()
    expect(await offered(own, 'run', 'x')).toEqual({ kind: 'files', values: [] })
    expect(await offered(own, 'run', '--', 'ls', '')).toEqual({ kind: 'files', values: [] })
    expect(await offered(own, 'export', '-o', '')).toEqual({ kind: 'files', values: [] })
    expect(await offered(own, '--data', '')).toEqual({ kind: 'folders', values: [] })
    expect(await valuesOf(own, 'show', '--', '--')).toEqual([])
  })

  test('is nothing without a deck, which is not made, and where it cannot be opened', async () => {
    const data = join(temporaryFolder(), 'data')
    const on = (...args: string[]) => jobdeck(args, { data })
    expect(await valuesOf({ on }, 'show', '')).toEqual([])
    expect(existsSync(data)).toBe(false)
    const broken = temporaryFolder()
    writeFile(broken, 'jobdeck.db', 'no database')
    expect(await valuesOf({ on: (...args) => jobdeck(args, { data: broken }) }, 'show', '')).toEqual([])
  })
})

test('another shell is refused', async () => {
  const { code, stderr } = await jobdeck(['completions', 'tcsh'])
  expect(stderr).toMatch(/'tcsh'.*bash, zsh, fish, powershell/)
  expect(code).toBe(2)
})

describe.skipIf(!has('bash', '--version'))('bash', () => {
  /** The words that real bash has for the line, as its function leaves them. */
  function replies(data: string, line: string): string[] {
    const script = `jobdeck() { '${process.execPath}' '${BIN}' "$@"; }
compopt() { :; }
source <(jobdeck completions bash)
COMP_LINE=$1 COMP_POINT=\${#1}
_jobdeck jobdeck
printf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { ...process.env, JOBDECK_DATA: data }
    const text = execFileSync('bash', ['--norc', '-c', script, 'bash', line], { env, encoding: 'utf8' })
    return text.split('\n').filter(Boolean)
  }

  test('gets each candidate as it has to be typed', async () => {
    const { data } = await deck()
    expect(replies(data, 'jobdeck stats')).toEqual(['stats'])
    expect(replies(data, 'jobdeck show 备')).toEqual([String.raw`备份\ \🚀`])
    expect(replies(data, 'jobdeck show "备')).toEqual(['备份 🚀'])
    expect(replies(data, String.raw`jobdeck show two:\ w`)).toEqual([String.raw`\ words`])
    expect(replies(data, 'jobdeck list --category=home/')).toEqual(['home/nightly'])
    expect(replies(data, 'jobdeck list --category ho')).toEqual(['home', 'home/nightly'])
  })

  test('never runs what a job is called, nor what is on the line', async () => {
    const mark = join(temporaryFolder(), 'mark')
    const { data } = await filled((deck) => ran(deck, `$(touch ${mark})\`touch ${mark}\`;x`, 'true', {}, 0))
    const [plain] = replies(data, 'jobdeck show ')
    const [double] = replies(data, 'jobdeck show "')
    const [single] = replies(data, "jobdeck show '")
    replies(data, `jobdeck show $(touch ${mark})`)
    for (const word of [plain!, `"${double}"`, `'${single}'`]) {
      const said = execFileSync('bash', ['-c', `printf %s ${word}`], { encoding: 'utf8' })
      expect(said).toBe(`$(touch ${mark})\`touch ${mark}\`;x`)
    }
    expect(existsSync(mark)).toBe(false)
  })

  test.skipIf(!hasTerminal)('completes at its prompt, twice from one file', async () => {
    const { data } = await deck()
    const folder = temporaryFolder()
    const rc = writeFile(
      folder,
      'rc',
      `jobdeck() { '${process.execPath}' '${BIN}' "$@"; }
source <(jobdeck completions bash)
source <(jobdeck completions bash)
PS1='ready> '
`,
    )
    const typed = 'jobdeck --json show Bac\t\njobdeck --json list --category=home/n\t\nexit\n'
    const { stdout } = spawnSync('script', ['-qec', `bash --noprofile --rcfile '${rc}' -i`, '/dev/null'], {
      input: typed,
      env: { ...process.env, JOBDECK_DATA: data, TERM: 'dumb', NO_COLOR: '1' },
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(stdout.match(/"name":"Backup"/g)).toHaveLength(2)
    expect(stdout).not.toMatch(/readonly|not found|syntax/)
  })
})

test.skipIf(!has('zsh', '--version'))('zsh takes the script and completes by it', async () => {
  const script = (await jobdeck(['completions', 'zsh'])).stdout
  const file = writeFile(temporaryFolder(), '_jobdeck', script)
  execFileSync('zsh', [
    '-fc',
    `autoload -U compinit; compinit -D; source '${file}'; [[ $_comps[jobdeck] == _jobdeck ]]`,
  ])
})

test.skipIf(!has('fish', '--version'))('fish takes the script and completes by it', async () => {
  const { data } = await deck()
  const script = (await jobdeck(['completions', 'fish'])).stdout
  const file = writeFile(temporaryFolder(), 'jobdeck.fish', script)
  const line = `function jobdeck; '${process.execPath}' '${BIN}' $argv; end; source '${file}'; complete -C 'jobdeck show Bac'`
  const env = { ...process.env, JOBDECK_DATA: data }
  expect(execFileSync('fish', ['--no-config', '-c', line], { env, encoding: 'utf8' })).toMatch(/^Backup\t/)
})

test.skipIf(!has('pwsh', '-version'))('powershell takes the script and completes by it', async () => {
  const { data } = await deck()
  const script = (await jobdeck(['completions', 'powershell'])).stdout
  const line = `function jobdeck { & '${process.execPath}' '${BIN}' @args }; ${script}
(TabExpansion2 'jobdeck show Bac' 16).CompletionMatches.CompletionText`
  const env = { ...process.env, JOBDECK_DATA: data }
  expect(execFileSync('pwsh', ['-NoProfile', '-Command', line], { env, encoding: 'utf8' }).trim()).toBe(
    'Backup',
  )
})
