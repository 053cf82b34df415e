#!/usr/bin/env node
// Plain syntax and no static imports: on an old Node this file must still run far enough to say which one it
// needs. better-sqlite3 does not refuse an old Node, it crashes on it.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 14)) {
  console.error(
    'jobdeck: needs Node.js 22.14 or newer, and this is ' + process.version + ' (' + process.execPath + ')',
  )
  process.exit(1)
}
try {
  process.cwd()
} catch {
  console.error('jobdeck: the folder that you are in does not exist any more: change to another one')
  process.exit(1)
}
void import('../dist/cli.js').then(function (cli) {
  return cli.main(process.argv.slice(2))
})
