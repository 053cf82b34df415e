import { lazy, Suspense, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExecutionDetail } from '../../../shared/contract.ts'
import { handlerText } from '../../handlers.ts'
import { StateBadge } from '../../parts/StateBadge.tsx'
import { linkTo } from '../../state/route.ts'
import { useRunExtras, type RunExtras } from '../../state/run-extras.ts'
import { Artifacts } from './Artifacts.tsx'
import { SourceLink } from './SourceLink.tsx'

// These are wanted of few runs, and are not small.
const Markdown = lazy(() => import('./Markdown.tsx'))
const Usage = lazy(() => import('./Usage.tsx'))

/** Beside the log: what it was run with, what came of it, and what it used. */
export function RunAside({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const extras = useRunExtras(run)
  return (
    <aside className="run-aside" aria-label={t('run.about')}>
      {extras.chain.length > 1 && <Chain run={run} chain={extras.chain} />}
      {run.result !== null && (
        <Part title={t('run.result')}>
          <Json value={run.result} label={t('run.result')} />
        </Part>
      )}
      {extras.summary !== null && extras.summary.trim() !== '' && (
        <Part title={t('run.summary')}>
          <Suspense>
            <Markdown text={extras.summary} />
          </Suspense>
        </Part>
      )}
      <Part title={t('run.params')}>
        {Object.keys(run.params).length === 0 ? (
          <p className="quiet">{t('run.noParams')}</p>
        ) : (
          <Json value={run.params} label={t('run.params')} />
        )}
      </Part>
      {extras.artifacts.length > 0 && (
        <Part title={t('run.artifacts')}>
          <Artifacts key={run.id} run={run.id} artifacts={extras.artifacts} />
        </Part>
      )}
      {extras.samples.length > 1 && (
        <Part title={t('run.usage')}>
          <Suspense>
            <Usage samples={extras.samples} startedAt={run.startedAt ?? run.queuedAt} />
          </Suspense>
        </Part>
      )}
      <Part title={t('run.how')}>
        <Handler run={run} />
        {run.directory !== null && (
          <p className="labelled">
            <span className="quiet">{t('run.directory')}</span>
            <code>{run.directory}</code>
          </p>
        )}
        {run.processId !== null && (
          <p className="labelled number">
            <span className="quiet">{t('run.process')}</span> {run.processId}
          </p>
        )}
      </Part>
      {run.environment && Object.keys(run.environment).length > 0 && (
        <Environment environment={run.environment} />
      )}
    </aside>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <pre tabIndex={0} role="region" aria-label={label}>
      {typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}
    </pre>
  )
}

function Chain({ run, chain }: { run: ExecutionDetail; chain: RunExtras['chain'] }) {
  const { t } = useTranslation()
  return (
    <Part title={t('run.attempts')}>
      <ol className="chain">
        {chain.map(({ id, attempt, status }) => (
          <li key={id} aria-current={id === run.id ? 'step' : undefined}>
            <span className="quiet number">{t('run.attempt', { number: attempt })}</span>
            {id === run.id ? <span className="number">#{id}</span> : <a href={linkTo.run(id)}>#{id}</a>}
            <StateBadge state={status} />
          </li>
        ))}
      </ol>
    </Part>
  )
}

function Handler({ run }: { run: ExecutionDetail }) {
  const { t } = useTranslation()
  const { handler, script } = run
  if (script) return <SourceLink run={run.id} script={script} />
  return (
    <pre className="command" tabIndex={0} role="region" aria-label={t('run.command')}>
      {'command' in handler ? handler.command.map(quoted).join(' ') : handlerText(handler)}
    </pre>
  )
}

/** As a shell would have to be told. */
const quoted = (part: string): string =>
  /^[\w./:=@%+,-]+$/.test(part) ? part : `'${part.replaceAll("'", String.raw`'\''`)}'`

function Environment({ environment }: { environment: Record<string, string> }) {
  const { t } = useTranslation()
  const names = Object.keys(environment).toSorted((a, b) => a.localeCompare(b))
  return (
    <section>
      <details>
        <summary>{t('run.environment', { count: names.length })}</summary>
        <dl className="fields variables" tabIndex={0} role="group" aria-label={t('run.variables')}>
          {names.map((name) => (
            <div className="field-row" key={name}>
              <dt>{name}</dt>
              <dd>{environment[name]}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  )
}
