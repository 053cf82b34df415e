import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../client.ts'
import { Time } from '../../parts/Time.tsx'
import { useBusy } from '../../parts/form/busy.ts'
import { confirm } from '../../state/dialogs.ts'
import { attempt } from '../../state/notices.ts'
import { readAgain, useSettings } from '../../state/settings.ts'
import { tellDone } from '../../state/toasts.ts'
import { Group, Setting } from './Group.tsx'

/** Passwords and keys that jobs refer to by name: they can be set and replaced, and never read. */
export function Secrets() {
  const { t } = useTranslation()
  const { secrets } = useSettings()
  async function remove(name: string, uses: number): Promise<void> {
    const goesOn = await confirm({
      title: t('secrets.removeTitle', { name }),
      text: uses > 0 ? t('secrets.removeUsed', { count: uses }) : t('secrets.removeText'),
      action: t('actions.remove'),
    })
    if (!goesOn) return
    await attempt(() => client.request('secrets.remove', { names: [name], force: uses > 0 }))
    await attempt(readAgain)
  }
  return (
    <Group title={t('secrets.title')}>
      <p className="quiet">{t('secrets.hint')}</p>
      {secrets.map(({ name, updatedAt, jobs, categories }) => (
        <div className="setting" key={name}>
          <code>{name}</code>
          <div className="setting-field pair">
            <span className="quiet">
              {t('secrets.usedBy', { count: jobs.length + categories.length })} · <Time at={updatedAt} />
            </span>
            <button type="button" onClick={() => remove(name, jobs.length + categories.length)}>
              {t('actions.remove')}
            </button>
          </div>
        </div>
      ))}
      <NewSecret />
    </Group>
  )
}

function NewSecret() {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const { isBusy, once } = useBusy()
  function submit(event: FormEvent): void {
    event.preventDefault()
    void once(set)
  }
  async function set(): Promise<void> {
    const done = await attempt(() => client.request('secrets.set', { name: name.trim(), value }))
    if (!done) return
    setName('')
    setValue('')
    tellDone(
      done.isMasked ? t('secrets.set', { name: done.name }) : t('secrets.setShort', { name: done.name }),
    )
    await attempt(readAgain)
  }
  return (
    <Setting label={t('secrets.add')} hint={t('secrets.addHint')} htmlFor="secret-name">
      <form className="pair" onSubmit={submit}>
        <input
          id="secret-name"
          value={name}
          placeholder={t('secrets.name')}
          onChange={({ target }) => setName(target.value)}
        />
        <input
          type="password"
          autoComplete="off"
          aria-label={t('secrets.value')}
          placeholder={t('secrets.value')}
          value={value}
          onChange={({ target }) => setValue(target.value)}
        />
        <button type="submit" disabled={isBusy || name.trim() === '' || value === ''}>
          {t('secrets.save')}
        </button>
      </form>
    </Setting>
  )
}
