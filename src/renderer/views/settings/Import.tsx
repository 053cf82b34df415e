import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DeckDocument, Imported, Output } from '../../../shared/contract.ts'
import { Fault } from '../../../shared/fault.ts'
import { client } from '../../client.ts'
import { useBusy } from '../../parts/form/busy.ts'
import { Dialog } from '../../parts/Dialog.tsx'
import { attempt } from '../../state/notices.ts'
import { tellDone } from '../../state/toasts.ts'
import { Group, Setting } from './Group.tsx'

interface Found {
  document: DeckDocument
  report: Imported[]
  remarks: Output<'crontab.read'>['remarks']
}

/** Jobs out of a file that was exported, or out of a crontab: shown first, and new ones do not run by themselves yet. */
export function Import() {
  const { t } = useTranslation()
  const [found, setFound] = useState<Found | null>(null)

  const look = (read: () => Promise<Omit<Found, 'report'>>) => async () => {
    const looked = await attempt(async () => {
      const { document, remarks } = await read()
      const report = await client.request('deck.import', { document, dryRun: true })
      return { document, remarks, report }
    })
    if (looked) setFound(looked)
  }
  const lookAtCrontab = (text?: string) =>
    look(async () => {
      const { document, remarks, problems } = await client.request('crontab.read', text ? { text } : {})
      const [problem] = problems
      if (problem && document.jobs.length === 0)
        throw new Fault('invalid-input', t('import.line', { ...problem }))
      return { document, remarks: [...problems, ...remarks] }
    })
  const lookAtFile = async (file: File) => {
    const text = await file.text()
    if (!text.trimStart().startsWith('{')) return lookAtCrontab(text)()
    return look(async () => ({ document: parse(text), remarks: [] }))()
  }
  function parse(text: string): DeckDocument {
    try {
      return JSON.parse(text) as DeckDocument
    } catch (thrown) {
      throw new Fault('invalid-input', t('import.notJson', { reason: (thrown as Error).message }))
    }
  }

  return (
    <Group title={t('import.title')}>
      <Setting label={t('import.file')} hint={t('import.fileHint')}>
        <label className="button">
          {t('import.choose')}
          <input
            type="file"
            className="hidden"
            onChange={({ target }) => {
              const [file] = target.files ?? []
              target.value = '' // the same one can be chosen again
              if (file) void lookAtFile(file)
            }}
          />
        </label>
      </Setting>
      <Setting label={t('import.crontab')} hint={t('import.crontabHint')}>
        <button type="button" onClick={lookAtCrontab()}>
          {t('import.look')}
        </button>
      </Setting>
      {found && <Preview found={found} onClose={() => setFound(null)} />}
    </Group>
  )
}

function Preview({ found: { document, report, remarks }, onClose }: { found: Found; onClose: () => void }) {
  const { t } = useTranslation()
  const changed = report.filter(({ outcome }) => outcome !== 'unchanged')
  const { isBusy, once } = useBusy()
  async function go(): Promise<void> {
    const done = await attempt(() => client.request('deck.import', { document, newDisabled: true }))
    onClose()
    if (done) tellDone(t('import.done', { count: changed.length }))
  }
  return (
    <Dialog
      title={t('import.preview')}
      onClose={onClose}
      isWide
      actions={
        <>
          <button type="button" onClick={onClose}>
            {t('app.cancel')}
          </button>
          <button
            type="button"
            className="main"
            onClick={() => once(go)}
            disabled={isBusy || changed.length === 0}
          >
            {t('import.go', { count: changed.length })}
          </button>
        </>
      }
    >
      <p className="quiet">{t('import.disabled')}</p>
      {remarks.length > 0 && (
        <ul className="plain warn">
          {remarks.map(({ line, message }) => (
            <li key={`${line} ${message}`}>{t('import.line', { line, message })}</li>
          ))}
        </ul>
      )}
      <ul className="plain imported">
        {report.map(({ kind, name, outcome, changes, missingSecrets }) => (
          <li key={`${kind} ${name}`}>
            <span className="quiet">{t(`import.${outcome}`)}</span>
            <bdi className="cut">{name}</bdi>
            {changes.length > 0 && (
              <span className="quiet">{changes.map(({ field }) => field).join(', ')}</span>
            )}
            {missingSecrets.length > 0 && (
              <span className="warn">{t('import.secrets', { names: missingSecrets.join(', ') })}</span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
