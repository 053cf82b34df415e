import { useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useJobs } from '../../state/jobs.ts'
import { fold, jobNamed } from './job-named.ts'

interface Props {
  job: string | null
  choose: (job: string | null) => void
}

/** So many jobs are offered at once. */
const MOST_OFFERED = 50

/** A field for the name of a job: a part of it will do where only one has it. */
export function JobField({ job, choose }: Props) {
  const { t } = useTranslation()
  const id = useId()
  const { jobs } = useJobs()
  const chosen = jobs.find((each) => each.id === job)
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed ?? chosen?.name ?? ''
  const offered = jobs.filter(({ name }) => fold(name).includes(fold(text))).slice(0, MOST_OFFERED)
  const isUnknown = text.trim() !== '' && job === null

  function type(next: string): void {
    setTyped(next)
    const found = next.trim() === '' ? null : (jobNamed(jobs, next) ?? null)
    if (found !== job) choose(found)
  }
  // What was typed may name a job that is only known since then.
  useEffect(() => {
    if (isUnknown && typed !== null) type(typed)
  }, [jobs])

  return (
    <div className="search-field">
      <input
        className="job-field"
        aria-label={t('logs.job')}
        placeholder={t('logs.anyJob')}
        list={`${id}-names`}
        value={text}
        aria-invalid={isUnknown}
        aria-describedby={isUnknown ? id : undefined}
        onChange={({ target }) => type(target.value)}
        onBlur={() => job !== null && setTyped(null)}
      />
      <datalist id={`${id}-names`}>
        {offered.map((each) => (
          <option value={each.name} key={each.id} />
        ))}
      </datalist>
      {isUnknown && (
        <p className="field-error" id={id}>
          {offered.length === 0 ? t('logs.noJob') : t('logs.severalJobs', { count: offered.length })}
        </p>
      )}
    </div>
  )
}
