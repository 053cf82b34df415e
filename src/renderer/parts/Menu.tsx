import { Menu as Base } from '@base-ui/react/menu'
import { useState, type ReactNode } from 'react'
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

/** A button that opens a menu. There is no menu before somebody wants it: a list has one in each of its rows. */
export function Menu(props: Props) {
  const [isWanted, setWanted] = useState(false)
  const { children, label, className } = props
  if (isWanted) return <Opened {...props} />
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      title={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setWanted(true)}
    >
      {children}
    </button>
  )
}

function Opened({ children, label, className, entries }: Props) {
  return (
    <Base.Root modal={false} defaultOpen>
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
