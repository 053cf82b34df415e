/** What the systems want to be told so that they keep `jobdeck serve` running: texts, and nothing done. */
import { createHash } from 'node:crypto'

/** What is to be kept running. */
export interface Serving {
  /** Program and arguments. */
  command: string[]
  /** The folder of the deck. */
  data: string
  /** Where programs are looked for, as it is for who installs it. */
  path: string
}

/** The name of the service of a deck: that of the usual place, or one of its own. */
export const serviceName = (data: string, usual: string): string =>
  data === usual ? 'jobdeck' : `jobdeck-${createHash('sha256').update(data).digest('hex').slice(0, 8)}`

const ABOUT = 'Jobdeck: runs the jobs of'

/**
 * A unit of systemd, for its user.
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export const systemdUnit = ({ command, data, path }: Serving): string => `[Unit]
Description=${percentSafe(oneLine(`${ABOUT} ${data}`))}

[Service]
${systemdCommand(command)}
Environment=${systemdQuoted(`PATH=${path}`)}
Restart=on-failure
RestartSec=5
SuccessExitStatus=143
# Jobdeck ends what it runs by itself; what a job leaves running on purpose goes on.
KillMode=process
TimeoutStopSec=60

[Install]
WantedBy=default.target
`

/** The line by which it is known what a unit runs. */
export const systemdCommand = (command: string[]) => `ExecStart=${command.map(systemdWord).join(' ')}`

const percentSafe = (text: string) => text.replaceAll('%', '%%')
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ')
const systemdQuoted = (text: string) =>
  `"${percentSafe(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
/** In a command a $ would stand for a variable. */
const systemdWord = (word: string) => systemdQuoted(word).replaceAll('$', () => '$$')

/**
 * An agent of launchd.
 * @see launchd.plist(5)
 */
export const launchdAgent = (
  { command, data, path }: Serving,
  label: string,
): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xml(label)}</string>
  <key>ProgramArguments</key>
  <array>
${launchdCommand(command)}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>PATH</key>
    <string>${xml(path)}</string>
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ExitTimeOut</key>
  <integer>60</integer>
  <key>ProcessType</key>
  <string>Standard</string>
  <key>StandardErrorPath</key>
  <string>${xml(`${data}/service.log`)}</string>
</dict>
</plist>
`

/** The lines by which it is known what an agent runs. */
export const launchdCommand = (command: string[]) =>
  command.map((word) => `    <string>${xml(word)}</string>`).join('\n')

/**
 * A task of the Windows Task Scheduler; the file that holds it is UTF-16.
 * @see https://learn.microsoft.com/en-us/windows/win32/taskschd/task-scheduler-schema
 */
export const windowsTask = (
  { command: [program = '', ...args], data }: Serving,
  user: string,
): string => `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xml(`${ABOUT} ${data}`)}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${xml(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xml(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(program)}</Command>
      <Arguments>${xml(args.map(windowsWord).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const xml = (text: string) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!)

/** A word as the programs of Windows read it from their command line: backslashes count only before a quote. */
export function windowsWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word
  return `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`
}
