import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import './dialog.css'

interface Props {
  title: string
  onClose: () => void
  children: ReactNode
  /** Buttons, the main one last. */
  actions?: ReactNode
  isWide?: boolean
  /** What has the focus at first; the first thing that can have it, if not given. */
  initialFocus?: () => HTMLElement | null
}

/** Something above the view: it holds the focus, and goes with Escape. */
export function Dialog({ title, onClose, children, actions, isWide = false, initialFocus }: Props) {
  const { t } = useTranslation()
  return (
    <Base.Root open onOpenChange={(open) => open || onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className={isWide ? 'dialog wide' : 'dialog'} {...(initialFocus && { initialFocus })}>
          <div className="dialog-head">
            <Base.Title>{title}</Base.Title>
            <Base.Close className="icon" aria-label={t('app.close')}>
              <X aria-hidden size={16} />
            </Base.Close>
          </div>
          <div className="dialog-body">{children}</div>
          {actions && <div className="dialog-actions">{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
