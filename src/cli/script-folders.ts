import type { Output } from '../shared/contract.ts'
import { withDeck, type GlobalOptions } from './deck.ts'
import { oneLine, print, printJson, printNote, table } from './terminal.ts'

export const listFolders = (options: GlobalOptions): Promise<void> =>
  withDeck(options, 'command', async (client) => tell(await client.request('scripts.folders', {}), options))

export const addFolder = ({
  path,
  name,
  trustOwner = false,
  ...options
}: GlobalOptions & { path: string; name?: string; trustOwner?: boolean }): Promise<void> =>
  withDeck(options, 'command', async (client) => {
    const approve = trustOwner ? 'owner' : 'people'
    tell(
      await client.request('scripts.addFolder', { path, ...(name !== undefined && { name }), approve }),
      options,
    )
  })

export const removeFolder = ({ name, ...options }: GlobalOptions & { name: string }): Promise<void> =>
  withDeck(options, 'command', async (client) =>
    tell(await client.request('scripts.removeFolder', { name: name.replace(/^@/, '') }), options),
  )

function tell(folders: Output<'scripts.folders'>, { json }: GlobalOptions): void {
  if (json) return folders.forEach(printJson)
  const rows = folders.map(({ name, path, approve, exists }) => [
    oneLine(path) + (exists ? '' : ' (not there)'),
    name === '' ? 'their own names' : `@${oneLine(name)}/…`,
    approve === 'owner' ? 'you, and what you write' : 'you',
  ])
  print(table(['FOLDER', 'SCRIPTS ARE CALLED', 'APPROVED BY'], rows, { name: 'FOLDER' }))
  if (folders.length === 1 && !folders[0]!.exists)
    printNote('The folder is made by the first: jobdeck new script hello.py --lang py')
}
