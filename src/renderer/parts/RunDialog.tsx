import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { startJob } from '../state/actions.ts'
import { useDialogs } from '../state/dialogs.ts'
import { Dialog } from './Dialog.tsx'

/** Asks for the parameters of a run. */
export function RunDialog() {
  const { run } = useDialogs()
  return run ? <Asked key={run.job.id} {...run} /> : null
}

function Asked({ job, params }: NonNullable<ReturnType<typeof useDialogs.getState>['run']>) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => JSON.stringify(params, undefined, 2))
  const close = () => useDialogs.setState({ run: null })
  function go(): void {
    close()
    void startJob(job, JSON.parse(text) as typeof params)
  }
  return (
    <Dialog
      title={t('runDialog.title', { name: job.name })}
      onClose={close}
      actions={
        <button type="button" className="main" onClick={go}>
          {t('jobs.start')}
        </button>
      }
    >
      <textarea
        value={text}
        onChange={({ target }) => setText(target.value)}
        aria-label={t('runDialog.params')}
      />
    </Dialog>
  )
}
