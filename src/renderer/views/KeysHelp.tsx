import { useTranslation } from 'react-i18next'
import { Dialog } from '../parts/Dialog.tsx'
import { keysText, useAllCommands, type Command } from '../state/commands.ts'
import { useDialogs } from '../state/dialogs.ts'

/** The keys that do something here: those of the view, and those that do it everywhere. */
export function KeysHelp() {
  const { isHelpOpen } = useDialogs()
  return isHelpOpen ? <Keys /> : null
}

function Keys() {
  const { t } = useTranslation()
  const commands = useAllCommands().filter(({ keys }) => keys !== undefined)
  const ofView = commands.filter(({ scope }) => scope === 'view')
  const others = commands.filter(({ scope }) => scope !== 'view')
  return (
    <Dialog title={t('keys.title')} onClose={() => useDialogs.setState({ isHelpOpen: false })}>
      <div className="keys">
        {ofView.length > 0 && <List title={t('keys.view')} commands={ofView} />}
        <List title={t('keys.everywhere')} commands={others} />
        <p className="quiet">{t('keys.lists')}</p>
      </div>
    </Dialog>
  )
}

function List({ title, commands }: { title: string; commands: Command[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {commands.map(({ id, title, keys }) => (
          <div key={id}>
            <dt>
              {keysText(keys!)
                .split(' ')
                .map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
