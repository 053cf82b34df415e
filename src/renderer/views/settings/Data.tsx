import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings, SweepReport } from '../../../shared/contract.ts'
import { formatDuration } from '../../../shared/duration.ts'
import { formatSize, parseSize } from '../../../shared/size.ts'
import { client } from '../../client.ts'
import { bytesText } from '../../format.ts'
import { exportJobs } from '../../state/actions.ts'
import { confirm } from '../../state/dialogs.ts'
import { attempt } from '../../state/notices.ts'
import { linkTo } from '../../state/route.ts'
import { configure, readAgain, useSettings } from '../../state/settings.ts'
import { tellDone } from '../../state/toasts.ts'
import { isSpan } from '../../span.ts'
import { Group, Setting } from './Group.tsx'
import { TextSetting } from './TextSetting.tsx'

/** How long runs are kept, how large the data is, and copies of it. */
export function Data({ settings: { keepRuns, keepFor, keepSize } }: { settings: Settings }) {
  const { t, i18n } = useTranslation()
  const checkNumber = (text: string) => (/^[1-9]\d{0,5}$/.test(text.trim()) ? null : t('settings.number'))
  const checkSpan = (text: string) => (isSpan(text) ? null : t('settings.span'))
  const checkSize = (text: string) =>
    (parseSize(text.trim()) ?? 0) >= 2 ** 20 ? null : t('settings.sizeWrong')
  return (
    <Group title={t('settings.data')}>
      <TextSetting
        label={t('settings.keepRuns')}
        hint={t('settings.keepRunsHint')}
        value={String(keepRuns)}
        check={checkNumber}
        save={(text) => configure({ keepRuns: Number(text) })}
      />
      <TextSetting
        label={t('settings.keepFor')}
        value={String(formatDuration(keepFor))}
        check={checkSpan}
        save={(text) => configure({ keepFor: text })}
      />
      <TextSetting
        label={t('settings.keepSize')}
        hint={t('settings.keepSizeHint')}
        value={String(formatSize(keepSize))}
        check={checkSize}
        save={(text) => configure({ keepSize: text })}
      />
      <Sizes />
      <Clean language={i18n.language} />
      <BackUp />
      <Setting label={t('settings.export')} hint={t('settings.exportHint')}>
        <button type="button" onClick={() => exportJobs()}>
          {t('settings.exportAll')}
        </button>
      </Setting>
    </Group>
  )
}

function Sizes() {
  const { t, i18n } = useTranslation()
  const { sizes } = useSettings()
  if (!sizes) return null
  const text = (bytes: number) => bytesText(i18n.language, bytes)
  const large = sizes.jobs.filter(({ logBytes, artifactBytes }) => logBytes + artifactBytes > 0)
  return (
    <>
      <Setting label={t('settings.size')}>
        <ul className="plain number">
          <li>{t('settings.database', { size: text(sizes.database) })}</li>
          <li>{t('settings.logs', { size: text(sizes.logs) })}</li>
          <li>{t('settings.files', { size: text(sizes.artifacts) })}</li>
        </ul>
      </Setting>
      {large.length > 0 && (
        <Setting label={t('settings.largest')}>
          <ul className="plain number">
            {large.map(({ id, name, logBytes, artifactBytes }) => (
              <li key={id}>
                <a href={linkTo.job(id)} className="cut">
                  <bdi>{name}</bdi>
                </a>
                <span className="quiet">{text(logBytes + artifactBytes)}</span>
              </li>
            ))}
          </ul>
        </Setting>
      )}
    </>
  )
}

function Clean({ language }: { language: string }) {
  const { t } = useTranslation()
  const countOf = ({ surplusRuns, oldestRuns, removedJobs }: SweepReport) => ({
    runs: surplusRuns + oldestRuns,
    jobs: removedJobs,
  })
  async function clean(): Promise<void> {
    const would = await attempt(() => client.request('deck.clean', { dryRun: true }))
    if (!would) return
    const goesOn = await confirm({
      title: t('settings.cleanTitle'),
      text: t('settings.cleanText', countOf(would)),
      action: t('settings.clean'),
    })
    const done = goesOn ? await attempt(() => client.request('deck.clean', {})) : undefined
    if (!done) return
    const freed = bytesText(language, Math.max(0, done.sizeBefore - done.sizeAfter))
    tellDone(t('settings.cleaned', { ...countOf(done), freed }))
    await attempt(readAgain)
  }
  return (
    <Setting label={t('settings.cleanLabel')} hint={t('settings.cleanHint')}>
      <button type="button" onClick={clean}>
        {t('settings.clean')}
      </button>
    </Setting>
  )
}

function BackUp() {
  const { t } = useTranslation()
  const [file, setFile] = useState('')
  const [isBusy, setBusy] = useState(false)
  async function backUp(): Promise<void> {
    setBusy(true)
    const done = await attempt(() => client.request('deck.backUp', { file: file.trim() }))
    setBusy(false)
    if (!done) return
    setFile('')
    tellDone(t('settings.backedUp', { file: done.file }))
  }
  return (
    <Setting label={t('settings.backUp')} hint={t('settings.backUpHint')} htmlFor="back-up">
      <span className="pair">
        <input
          id="back-up"
          value={file}
          placeholder={t('settings.backUpPlace')}
          onChange={({ target }) => setFile(target.value)}
        />
        <button type="button" onClick={backUp} disabled={file.trim() === '' || isBusy}>
          {t('settings.backUpNow')}
        </button>
      </span>
    </Setting>
  )
}
