import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../shared/contract.ts'
import { formatDuration } from '../../../shared/duration.ts'
import { useJobs } from '../../state/jobs.ts'
import { configure, configureDesktop, useSettings } from '../../state/settings.ts'
import { isSpan } from '../../span.ts'
import { Group, Setting, SwitchSetting } from './Group.tsx'
import { TextSetting } from './TextSetting.tsx'

/** What goes on while the window is closed. */
export function Background({ settings }: { settings: Settings }) {
  const { notify, longRun, pinned } = settings
  const { t } = useTranslation()
  const { desktop, queue } = useSettings()
  const { jobs } = useJobs()
  const checkSpan = (text: string) => (text.trim() === '' || isSpan(text) ? null : t('settings.span'))
  const checkSlots = (text: string) =>
    /^([1-9]\d{0,2}|1000)?$/.test(text.trim()) ? null : t('settings.slotsWrong')
  const names = jobs.filter(({ id }) => pinned.includes(id))
  return (
    <Group title={t('settings.background')}>
      {desktop ? (
        <SwitchSetting
          label={t('settings.login')}
          hint={t('settings.loginHint')}
          value={desktop.opensAtLogin}
          onChange={(opensAtLogin) => configureDesktop({ opensAtLogin })}
        />
      ) : (
        <p className="quiet">{t('settings.onlyDesktop')}</p>
      )}
      <SwitchSetting
        label={t('settings.notify')}
        hint={t('settings.notifyHint')}
        value={notify}
        onChange={(on) => configure({ notify: on })}
      />
      {notify && (
        <TextSetting
          label={t('settings.longRun')}
          hint={t('settings.longRunHint')}
          value={longRun === null ? '' : String(formatDuration(longRun))}
          check={checkSpan}
          save={(text) => configure({ longRun: text === '' ? null : text })}
        />
      )}
      <Setting label={t('settings.pinned')} hint={t('settings.pinnedHint')}>
        {names.length === 0 ? (
          <span className="quiet">{t('settings.noPinned')}</span>
        ) : (
          <ul className="plain">
            {names.map(({ id, name }) => (
              <li key={id}>
                <bdi className="cut">{name}</bdi>
                <button
                  type="button"
                  className="plain"
                  onClick={() => configure({ pinned: pinned.filter((each) => each !== id) })}
                >
                  {t('settings.unpin')}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Setting>
      {queue && (
        <Setting label={t('settings.atOnce')} hint={t('settings.atOnceHint')}>
          <ul className="plain number">
            <li>{t('settings.ofProcesses', queue.slots.process)}</li>
            <li>{t('settings.ofThreads', queue.slots.thread)}</li>
          </ul>
        </Setting>
      )}
      {(['processes', 'threads'] as const).map((name) => (
        <TextSetting
          key={name}
          label={t(`settings.${name}`)}
          hint={t('settings.slotsHint')}
          value={String(settings[name] ?? '')}
          check={checkSlots}
          save={(text) => configure({ [name]: text === '' ? null : Number(text) })}
        />
      ))}
    </Group>
  )
}
