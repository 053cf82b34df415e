import { useTranslation } from 'react-i18next'

interface Props {
  /** The job that is edited; a new one, if not given. */
  id?: string
  /** The script that a new one begins with. */
  script?: string | null
}

export function EditorView({ id }: Props) {
  const { t } = useTranslation()
  return (
    <section className="view">
      <h1>
        {t('commands.new')} {id}
      </h1>
    </section>
  )
}
