import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { FaultNote } from '../parts/FaultNote.tsx'
import { keepSettings, useSettings } from '../state/settings.ts'
import { About } from './settings/About.tsx'
import { Appearance } from './settings/Appearance.tsx'
import { Background } from './settings/Background.tsx'
import { Data } from './settings/Data.tsx'
import { Import } from './settings/Import.tsx'
import { Removed } from './settings/Removed.tsx'
import { Secrets } from './settings/Secrets.tsx'
import './settings/settings.css'

/** What is set for the window, for Jobdeck as a whole, and for its data. */
export function SettingsView() {
  const { t } = useTranslation()
  const { fault, settings } = useSettings()
  useEffect(keepSettings, [])
  return (
    <section className="view settings">
      <h1>{t('nav.settings')}</h1>
      {fault && <FaultNote fault={fault} />}
      <Appearance />
      {settings && (
        <>
          <Background settings={settings} />
          <Data settings={settings} />
          <Removed />
          <Import />
          <Secrets />
          <About />
        </>
      )}
    </section>
  )
}
