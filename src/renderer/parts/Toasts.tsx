import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { toasts } from '../state/toasts.ts'
import './toasts.css'

/** What was done, at the foot of the window. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Viewport className="toasts">
        <Shown />
      </Toast.Viewport>
    </Toast.Provider>
  )
}

function Shown() {
  const { t } = useTranslation()
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <Toast.Title className="toast-text" />
      <Toast.Action className="toast-action" />
      <Toast.Close className="icon" aria-label={t('fault.dismiss')}>
        <X aria-hidden size={14} />
      </Toast.Close>
    </Toast.Root>
  ))
}
