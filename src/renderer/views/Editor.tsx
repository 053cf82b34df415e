import { useTranslation } from 'react-i18next'
import { Empty } from '../parts/Empty.tsx'
import { FaultNote } from '../parts/FaultNote.tsx'
import { draftKey } from '../state/editor.ts'
import { useJobs } from '../state/jobs.ts'
import { linkTo } from '../state/route.ts'
import { useScripts } from '../state/scripts.ts'
import { EditorForm } from './editor/EditorForm.tsx'

interface Props {
  /** The job that is edited; a new one, if not given. */
  id?: string
  /** The script that a new one begins with. */
  script?: string | null
}

/** The editor of a job: what it runs, with which parameters, when, and how. */
export function EditorView({ id, script = null }: Props) {
  const { t } = useTranslation()
  const { jobs, isReady, fault } = useJobs()
  const areScriptsRead = useScripts((state) => state.isReady || state.fault !== null)
  if (fault) return <FaultNote fault={fault} />
  if (!isReady || !areScriptsRead) return null
  const job = id === undefined ? null : jobs.find((each) => each.id === id)
  if (job === undefined)
    return (
      <section className="view">
        <h1>{t('editor.edit')}</h1>
        <Empty title={t('editor.gone')}>
          <a href={linkTo.jobs}>{t('job.back')}</a>
        </Empty>
      </section>
    )
  return <EditorForm key={draftKey(id, script)} job={job} script={script} />
}
