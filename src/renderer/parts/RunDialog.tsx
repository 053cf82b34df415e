import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Job, Parameters } from '../../shared/contract.ts'
import { toFault, type FaultData } from '../../shared/fault.ts'
import { client } from '../client.ts'
import { useAnswer } from '../state/answer.ts'
import { useDialogs } from '../state/dialogs.ts'
import { go, linkTo } from '../state/route.ts'
import { Dialog } from './Dialog.tsx'
import { FaultNote } from './FaultNote.tsx'
import { Folded } from './Folded.tsx'
import { ParametersForm } from './ParametersForm.tsx'
import { useBusy } from './form/busy.ts'
import { ParametersText } from './form/ParametersText.tsx'
import { useDescribed } from './form/handler-schema.ts'
import { showFirstError } from './form/first-error.ts'
import { engineProblems, problemsOf } from './form/schema.ts'

const FORM = 'run-parameters'

/** Asks for the parameters of a run. */
export function RunDialog() {
  const { run } = useDialogs()
  return run ? <Asked key={run.job.id} {...run} /> : null
}

const close = () => useDialogs.setState({ run: null })

function Asked({ job, params }: NonNullable<ReturnType<typeof useDialogs.getState>['run']>) {
  const { t } = useTranslation()
  const [value, setValue] = useState<Parameters>(params)
  // The text of JSON begins anew where other parameters are taken.
  const [taken, setTaken] = useState(0)
  const [isBroken, setBroken] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const [fault, setFault] = useState<FaultData | null>(null)
  const { isBusy, once } = useBusy()
  const { schema, isReady } = useDescribed(job.handlers[0]?.handler)
  const last = useLastParameters(job)
  const other = sameJson(value, job.params) ? last : job.params

  function take(chosen: Parameters): void {
    setValue(chosen)
    setFault(null)
    setBroken(false)
    setTaken(taken + 1)
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    setAsked(true)
    void once(start)
  }

  async function start(): Promise<void> {
    if (isBroken || (schema && problemsOf(schema, value).size > 0)) return showFirstError(`#${FORM}`)
    try {
      const [started] = await client.request('jobs.start', { job: job.id, params: value })
      close()
      if (started) go(linkTo.run(started.id))
    } catch (thrown) {
      setFault(toFault(thrown).toJSON())
      showFirstError(`#${FORM}`)
    }
  }

  const faults =
    fault?.code === 'invalid-input' ? engineProblems(fault.message, fault.data?.issues) : undefined
  return (
    <Dialog
      title={t('runDialog.title', { name: job.name })}
      onClose={close}
      initialFocus={firstField}
      actions={
        <>
          {other && !sameJson(other, value) && (
            <button type="button" onClick={() => take(other)}>
              {other === last ? t('asked.lastTime') : t('asked.own')}
            </button>
          )}
          <button type="submit" form={FORM} className="main" disabled={isBusy}>
            {t('asked.run')}
          </button>
        </>
      }
    >
      <form id={FORM} className="form" onSubmit={submit} noValidate>
        {fault && (!faults || faults.has('') || !schema) && <FaultNote fault={fault} />}
        {!isReady ? null : schema ? (
          <ParametersForm
            schema={schema}
            value={value}
            onChange={(next) => {
              setValue(next)
              setFault(null)
            }}
            isAsked={isAsked}
            faults={faults}
          />
        ) : (
          <Folded summary={t('asked.more')} isWanted={Object.keys(value).length > 0}>
            <ParametersText key={taken} value={value} onChange={setValue} onBroken={setBroken} />
          </Folded>
        )}
      </form>
    </Dialog>
  )
}

/** Enter runs it at once: from the first field, or where there is none from the button. */
const firstField = () =>
  document.querySelector<HTMLElement>(
    `#${FORM} :is(input, select, textarea):not(details:not([open]) *), button[form=${FORM}]`,
  )

const sameJson = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** The parameters that the job was given the last time. */
function useLastParameters({ lastExecutionId }: Job): Parameters | undefined {
  const about = lastExecutionId === null ? null : String(lastExecutionId)
  return useAnswer(about, () => client.request('executions.get', { execution: lastExecutionId! }))?.params
}
