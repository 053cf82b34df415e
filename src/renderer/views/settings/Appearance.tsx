import { useTranslation } from 'react-i18next'
import { usePreferences } from '../../state/preferences.ts'
import { ChoiceSetting, Group, SwitchSetting } from './Group.tsx'
import { TextSetting } from './TextSetting.tsx'

/** How the window looks, and in which language it speaks. */
export function Appearance() {
  const { t } = useTranslation()
  const { theme, language, singleKeys, helpKey } = usePreferences()
  return (
    <Group title={t('settings.appearance')}>
      <ChoiceSetting
        label={t('settings.theme')}
        value={theme}
        options={[
          { value: 'system', label: t('settings.asSystem') },
          { value: 'light', label: t('settings.light') },
          { value: 'dark', label: t('settings.dark') },
        ]}
        onChange={(chosen) => usePreferences.setState({ theme: chosen })}
      />
      <ChoiceSetting
        label={t('settings.language')}
        value={language}
        options={[
          { value: 'system', label: t('settings.asSystem') },
          // Each is called as those call it who speak it.
          { value: 'en', label: t('settings.english') },
          { value: 'zh', label: t('settings.chinese') },
        ]}
        onChange={(chosen) => usePreferences.setState({ language: chosen })}
      />
      <SwitchSetting
        label={t('settings.singleKeys')}
        hint={t('settings.singleKeysHint')}
        value={singleKeys}
        onChange={(on) => usePreferences.setState({ singleKeys: on })}
      />
      {singleKeys && (
        <TextSetting
          label={t('settings.helpKey')}
          value={helpKey}
          check={(text) => (Array.from(text.trim()).length === 1 ? null : t('settings.oneKey'))}
          save={async (key) => usePreferences.setState({ helpKey: key })}
        />
      )}
    </Group>
  )
}
