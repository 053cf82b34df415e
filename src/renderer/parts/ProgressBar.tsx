import { useTranslation } from 'react-i18next'

interface Props {
  /** 0 to 100. */
  value: number
  message?: string | null
}

/** How far something is. It keeps its height whatever it says. */
export function ProgressBar({ value, message }: Props) {
  const { t } = useTranslation()
  return (
    <div className="progress">
      <progress aria-label={t('run.progress')} max={100} value={value} />
      <span className="number">{Math.floor(value)} %</span>
      {message && (
        <bdi className="cut" title={message}>
          {message}
        </bdi>
      )}
    </div>
  )
}
