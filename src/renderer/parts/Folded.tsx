import { useState, type ReactNode } from 'react'
import './folded.css'

interface Props {
  summary: ReactNode
  /** It opens when there is something in it to see; it is never closed but by the person. */
  isWanted: boolean
  children: ReactNode
}

/** A part that is folded until it is wanted. */
export function Folded({ summary, isWanted, children }: Props) {
  const [isOpen, setOpen] = useState(isWanted)
  const [wasWanted, setWasWanted] = useState(isWanted)
  if (wasWanted !== isWanted) {
    setWasWanted(isWanted)
    if (isWanted) setOpen(true)
  }
  return (
    <details className="folded" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {children}
    </details>
  )
}
