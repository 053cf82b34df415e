import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Time } from '../../parts/Time.tsx'
import { checkHealth, useSettings } from '../../state/settings.ts'
import { Group, Setting } from './Group.tsx'

const SHAPES = { ok: '✓', warning: '△', problem: '✕' }
const TONES = { ok: 'good', warning: 'warn', problem: 'bad' }

/** Which programs have the data open, and whether all is well with it. */
export function About() {
  const { t } = useTranslation()
  const { queue, health } = useSettings()
  const [isBusy, setBusy] = useState(false)
  async function check(): Promise<void> {
    setBusy(true)
    await checkHealth()
    setBusy(false)
  }
  return (
    <Group title={t('settings.about')}>
      <Setting label={t('settings.programs')}>
        <ul className="plain">
          {queue?.hosts.map(({ id, kind, processId, version, openedAt }) => (
            <li key={id}>
              <span>{t('settings.program', { kind, version, processId })}</span>
              <span className="quiet">
                <Time at={openedAt} />
              </span>
            </li>
          ))}
        </ul>
      </Setting>
      <Setting label={t('settings.health')} hint={t('settings.healthHint')}>
        <button type="button" onClick={check} disabled={isBusy}>
          {isBusy ? t('settings.checking') : t('settings.check')}
        </button>
      </Setting>
      {health && (
        <ul className="plain findings">
          {health.map(({ check: what, state, message, mend }) => (
            <li key={`${what} ${message}`}>
              <span className={TONES[state]}>
                <span aria-hidden="true">{SHAPES[state]}</span>
                <span className="hidden">{t(`settings.${state}`)}</span>
              </span>
              <span>
                {message}
                {mend && <span className="quiet"> {mend}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Group>
  )
}
