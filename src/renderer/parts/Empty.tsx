import type { ReactNode } from 'react'

interface Props {
  title: string
  text?: string
  children?: ReactNode
}

/** What stands where there is nothing, and what to do about it. */
export function Empty({ title, text, children }: Props) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {text && <p className="quiet">{text}</p>}
      {children}
    </div>
  )
}
