import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  children: ReactNode
}

/** Keeps a fault of one view from taking the window with it. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null }

  static getDerivedStateFromError = (error: Error) => ({ error })

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return <Crash error={error} again={() => this.setState({ error: null })} />
  }
}

function Crash({ error, again }: { error: Error; again: () => void }) {
  const { t } = useTranslation()
  return (
    <section className="pane" role="alert">
      <p>{t('fault.crash')}</p>
      <pre className="code">{error.message}</pre>
      <button type="button" onClick={again}>
        {t('fault.again')}
      </button>
    </section>
  )
}
