import { useTranslation } from 'react-i18next'
import { useDialogs } from '../state/dialogs.ts'
import { Dialog } from './Dialog.tsx'

/** Asks before something that cannot be undone. */
export function Question() {
  const { t } = useTranslation()
  const { question } = useDialogs()
  if (!question) return null
  const { title, text, action, answer } = question
  return (
    <Dialog
      title={title}
      onClose={() => answer(false)}
      actions={
        <>
          <button type="button" onClick={() => answer(false)}>
            {t('app.cancel')}
          </button>
          <button type="button" className="danger" onClick={() => answer(true)}>
            {action}
          </button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  )
}
