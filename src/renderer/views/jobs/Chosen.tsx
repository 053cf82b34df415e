import { Download, FolderInput, Play, SkipForward, Square, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../shared/contract.ts'
import { Dialog } from '../../parts/Dialog.tsx'
import { PauseMenu } from '../../parts/PauseMenu.tsx'
import {
  enableJobs,
  exportJobs,
  moveJobs,
  removeJobs,
  skipNextOf,
  startJobs,
  stopJobs,
} from '../../state/actions.ts'
import { useCommands } from '../../state/commands.ts'
import { useFolders } from '../../state/folders.ts'

/** What can be done with all jobs that were chosen. */
export function Chosen({ jobs, clear }: { jobs: Job[]; clear: () => void }) {
  const { t } = useTranslation()
  const [isMoving, setMoving] = useState(false)
  const open = jobs.filter(({ status }) => status === 'running' || status === 'queued')
  const planned = jobs.filter(({ next }) => next !== null)
  const areEnabled = jobs.some(({ enabled }) => enabled)
  const remove = async () => void ((await removeJobs(jobs)) && clear())
  useCommands([
    { id: 'remove-chosen', title: t('chosen.remove'), keys: 'Delete', scope: 'view', run: remove },
    { id: 'start-chosen', title: t('chosen.start'), keys: 'r', scope: 'view', run: () => startJobs(jobs) },
    { id: 'stop-chosen', title: t('chosen.stop'), keys: 's', scope: 'view', run: () => stopJobs(open) },
  ])
  return (
    <div className="chosen-bar" role="toolbar" aria-label={t('chosen.title')}>
      <strong className="number">{t('chosen.count', { count: jobs.length })}</strong>
      <button type="button" onClick={() => startJobs(jobs)}>
        <Play aria-hidden size={14} /> {t('jobs.start')}
      </button>
      <button type="button" onClick={() => stopJobs(open)} disabled={open.length === 0}>
        <Square aria-hidden size={14} /> {t('jobs.stop')}
      </button>
      <PauseMenu targets={jobs.map(({ id }) => ({ job: id }))} isPaused={jobs.every(({ pause }) => pause)} />
      <button type="button" onClick={() => skipNextOf(planned)} disabled={planned.length === 0}>
        <SkipForward aria-hidden size={14} /> {t('chosen.skip')}
      </button>
      <button type="button" onClick={() => enableJobs(jobs, !areEnabled)}>
        {areEnabled ? t('jobMenu.disable') : t('jobMenu.enable')}
      </button>
      <button type="button" onClick={() => setMoving(true)}>
        <FolderInput aria-hidden size={14} /> {t('chosen.move')}
      </button>
      <button type="button" onClick={() => exportJobs(jobs)}>
        <Download aria-hidden size={14} /> {t('jobMenu.export')}
      </button>
      <button type="button" className="danger" onClick={remove} disabled={open.length > 0}>
        <Trash2 aria-hidden size={14} /> {t('actions.remove')}
      </button>
      <button
        type="button"
        className="icon"
        onClick={clear}
        aria-label={t('rows.none')}
        title={t('rows.none')}
      >
        <X aria-hidden size={14} />
      </button>
      {isMoving && <Move jobs={jobs} onClose={() => setMoving(false)} />}
    </div>
  )
}

function Move({ jobs, onClose }: { jobs: Job[]; onClose: () => void }) {
  const { t } = useTranslation()
  const { folders } = useFolders()
  const [path, setPath] = useState(jobs[0]?.category ?? '')
  function go(): void {
    onClose()
    void moveJobs(jobs, path.trim() || null)
  }
  return (
    <Dialog
      title={t('chosen.moveTitle', { count: jobs.length })}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {t('app.cancel')}
          </button>
          <button type="button" className="main" onClick={go}>
            {t('chosen.move')}
          </button>
        </>
      }
    >
      <label className="field">
        <span>{t('chosen.folder')}</span>
        <input
          value={path}
          list="folders-to-move-to"
          onChange={({ target }) => setPath(target.value)}
          onKeyDown={({ key, nativeEvent }) => key === 'Enter' && !nativeEvent.isComposing && go()}
        />
        <datalist id="folders-to-move-to">
          {folders.map((folder) => (
            <option value={folder.path} key={folder.id} />
          ))}
        </datalist>
        <span className="quiet">{t('chosen.folderHint')}</span>
      </label>
    </Dialog>
  )
}
