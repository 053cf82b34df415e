/** What the templates have in common. */

/** Text in single quotes, for JavaScript. */
export const singleQuoted = (text: string): string => {
  const inner = JSON.stringify(text).slice(1, -1)
  return `'${inner.replaceAll(String.raw`\"`, '"').replaceAll("'", String.raw`\'`)}'`
}

/** The metadata of a program, in comments that begin with `#`: what PEP 723 has in `before`, and ours. */
export const metadataBlock = (title: string, before: string[] = []): string =>
  [
    '/// script',
    ...before,
    '[tool.jobdeck]',
    `title = ${JSON.stringify(title)}`,
    '[tool.jobdeck.params.properties.folder]',
    'type = "string"',
    'format = "directory"',
    'default = "."',
    'description = "The folder to look at"',
    '///',
  ]
    .map((line) => `# ${line}`)
    .join('\n')
