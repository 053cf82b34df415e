import { useTranslation } from 'react-i18next'
import { dateText, rangeText } from '../../format.ts'
import { awaySentences, type Away } from '../../state/away.ts'
import { linkTo } from '../../state/route.ts'

/** What was missed while the machine slept or Jobdeck was closed, and what was done about it, job by job. */
export function WhileAway({ away }: { away: Away[] }) {
  const { t, i18n } = useTranslation()
  return (
    <section aria-labelledby="now-away">
      <h3 id="now-away">{t('now.away')}</h3>
      <ul className="now-list">
        {away.map((each) => (
          <li className="now-item" key={each.jobId}>
            <div className="now-row">
              <a className="cut now-name" href={linkTo.job(each.jobId)} title={each.jobName}>
                <bdi>{each.jobName}</bdi>
              </a>
              {each.executionId !== null && (
                <a href={linkTo.run(each.executionId)} className="number">
                  {t('now.runNumber', { number: each.executionId })}
                </a>
              )}
            </div>
            <p>{awaySentences(t, each).join(' ')}</p>
            <p className="quiet number">
              {each.firstAt === each.lastAt
                ? dateText(i18n.language, each.firstAt)
                : rangeText(i18n.language, each.firstAt, each.lastAt)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
