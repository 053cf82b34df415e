import { Menu as Base } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import './menu.css'

export type MenuEntry =
  | { label: string; icon?: ReactNode; run: () => unknown; isDanger?: boolean; isDisabled?: boolean }
  | 'separator'

interface Props {
  /** What the button shows. */
  children: ReactNode
  /** What it is called where it shows no word. */
  label?: string
  className?: string
  entries: MenuEntry[]
}

/** A button that opens a menu. */
export function Menu({ children, label, className, entries }: Props) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger className={className ?? ''} aria-label={label} title={label}>
        {children}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="menu-place" sideOffset={4} align="end">
          <Base.Popup className="menu">
            {entries.map((entry, index) =>
              entry === 'separator' ? (
                <Base.Separator className="menu-line" key={index} />
              ) : (
                <Base.Item
                  className={entry.isDanger ? 'menu-item bad' : 'menu-item'}
                  key={entry.label}
                  disabled={entry.isDisabled ?? false}
                  onClick={entry.run}
                >
                  {entry.icon}
                  <span>{entry.label}</span>
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
