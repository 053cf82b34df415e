import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { holding } from '../support/bytes.ts'
import { uniqueSeconds } from '../support/cli.ts'
import { openDeck, temporaryFolder } from '../support/deck.ts'
import { HostProcess } from '../support/host.ts'

const VALUE = 'correct horse/battery+staple'

test('a secret that a run was given does not stay in a file when its host is killed', async () => {
  const file = join(temporaryFolder(), 'jobs.db')
  const host = new HostProcess('secretive', [file, VALUE, uniqueSeconds()])
  await host.line('ready')
  expect(holding(dirname(file), [VALUE])).toEqual([join(`${file}-files`, 'temp', '1', 'params.json')])
  await host.kill()
  const next = await openDeck({ file })
  const [run] = await next.client.request('executions.list', {})
  expect(run!.status).toBe('interrupted')
  expect(holding(dirname(file), [VALUE])).toEqual([])
})
