import { Pause, Play } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { tomorrow } from '../../shared/tomorrow.ts'
import { localText } from '../format.ts'
import { pause, resume, type PauseTarget } from '../state/actions.ts'
import { Dialog } from './Dialog.tsx'
import { Menu } from './Menu.tsx'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Props {
  targets: PauseTarget[]
  /** Whether all of them are paused. */
  isPaused: boolean
  className?: string
}

/** Pauses jobs, a folder or everything, for as long as one likes; or resumes them. */
export function PauseMenu({ targets, isPaused, className = '' }: Props) {
  const { t } = useTranslation()
  const [isAsking, setAsking] = useState(false)
  if (isPaused)
    return (
      <button type="button" className={className} onClick={() => resume(targets)}>
        <Play aria-hidden size={14} /> {t('pause.resume')}
      </button>
    )
  const entry = (label: string, until: () => number | null) => ({ label, run: () => pause(targets, until()) })
  return (
    <>
      <Menu
        className={className}
        entries={[
          entry(t('pause.hour'), () => Date.now() + HOUR),
          entry(t('pause.tomorrow'), () => tomorrow(Date.now())),
          entry(t('pause.week'), () => Date.now() + 7 * DAY),
          { label: t('pause.until'), run: () => setAsking(true) },
          entry(t('pause.open'), () => null),
        ]}
      >
        <Pause aria-hidden size={14} /> {t('pause.pause')}
      </Menu>
      {isAsking && <UntilDialog targets={targets} onClose={() => setAsking(false)} />}
    </>
  )
}

function UntilDialog({ targets, onClose }: { targets: PauseTarget[]; onClose: () => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(() => localText(tomorrow(Date.now())))
  const until = new Date(text).getTime()
  const isGood = until > Date.now()
  function go(): void {
    onClose()
    void pause(targets, until)
  }
  return (
    <Dialog
      title={t('pause.untilTitle')}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {t('app.cancel')}
          </button>
          <button type="button" className="main" disabled={!isGood} onClick={go}>
            {t('pause.pause')}
          </button>
        </>
      }
    >
      <label className="field">
        <span>{t('pause.untilLabel')}</span>
        <input type="datetime-local" value={text} onChange={({ target }) => setText(target.value)} />
        {!isGood && <span className="field-error">{t('pause.past')}</span>}
      </label>
    </Dialog>
  )
}
