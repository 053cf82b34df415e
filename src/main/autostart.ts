/**
 * The file by which desktops on Linux start an application with the login.
 * @see https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
 */
export const autostartEntry = (command: string[]): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Jobdeck',
    'Comment=Runs the jobs of this machine',
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** Quoted for the command, and once more as a value of the file, in which a backslash stands for itself only twice. */
function quoted(word: string): string {
  if (/[\n\r\0]/.test(word)) throw new Error(`${JSON.stringify(word)} cannot be part of a desktop entry`)
  const escaped = word.replaceAll(/["`$\\]/g, (character) => `\\${character}`).replaceAll('%', '%%')
  return `"${escaped}"`.replaceAll('\\', '\\\\')
}
