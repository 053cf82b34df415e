import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExecutionDetail, Output } from '../../../shared/contract.ts'
import { client } from '../../client.ts'
import { Code } from '../../parts/Code.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { attempt } from '../../state/notices.ts'
import { linkTo } from '../../state/route.ts'

interface Props {
  run: number
  script: NonNullable<ExecutionDetail['script']>
}

/** The script that was run, and its code as it was then. */
export function SourceLink({ run, script }: Props) {
  const { t } = useTranslation()
  const [source, setSource] = useState<Output<'executions.source'> | null>(null)
  const open = async () => {
    const found = await attempt(() => client.request('executions.source', { execution: run }))
    if (found) setSource(found)
  }
  return (
    <p className="labelled">
      <a href={linkTo.script(script.name)}>
        <bdi>{script.name}</bdi>
      </a>
      <button type="button" className="plain" onClick={open}>
        {t('run.source', { version: script.digest.slice(0, 8) })}
      </button>
      {source && (
        <Dialog title={t('run.sourceTitle', { name: source.script })} onClose={() => setSource(null)} isWide>
          {source.files.map(({ path, text }) => (
            <section key={path}>
              <h3>
                <bdi>{path}</bdi>
              </h3>
              {text === null ? (
                <p className="quiet">{t('scripts.notText')}</p>
              ) : (
                <Code label={path} before={text} text={text} />
              )}
            </section>
          ))}
        </Dialog>
      )}
    </p>
  )
}
