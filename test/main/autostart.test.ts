import { expect, test } from 'vitest'
import { autostartEntry } from '../../src/main/autostart.ts'

const execOf = (command: string[]) => /^Exec=(.*)$/m.exec(autostartEntry(command))![1]

test.each([
  [['/opt/Jobdeck/jobdeck', '--hidden'], '"/opt/Jobdeck/jobdeck" "--hidden"'],
  [['/home/a b/100%/jobdeck'], '"/home/a b/100%%/jobdeck"'],
  [['/home/$x/`y`/"z"'], String.raw`"/home/\\$x/\\` + '`y' + String.raw`\\` + '`/' + String.raw`\\"z\\""`],
  [[String.raw`/a\b`], String.raw`"/a\\\\b"`],
])('%j is started as it is', (command, line) => {
  expect(execOf(command)).toBe(line)
})

test('a path that would be a line of its own is refused', () => {
  expect(() => autostartEntry(['/home/a\nExec=evil'])).toThrow('cannot be part of a desktop entry')
})
