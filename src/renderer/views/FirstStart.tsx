import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EXAMPLES, addExample, type Example } from '../examples.ts'
import { attempt } from '../state/notices.ts'
import { go, linkTo } from '../state/route.ts'
import { useScripts } from '../state/scripts.ts'

/** A deck without jobs: three to begin with, each by one click. */
export function FirstStart() {
  const { t } = useTranslation()
  const folder = useScripts((state) => state.folder)
  const [isBusy, setBusy] = useState(false)

  const make = (example: Example) => addExample(example, t(`first.${example.name}`))

  async function add(example: Example): Promise<void> {
    setBusy(true)
    const job = await attempt(() => make(example))
    setBusy(false)
    if (job) go(linkTo.job(job.id))
  }

  async function addAll(): Promise<void> {
    setBusy(true)
    await attempt(() => Promise.all(EXAMPLES.map(make)))
    setBusy(false)
  }

  return (
    <section className="view first">
      <h1>{t('first.title')}</h1>
      <p>{t('first.text')}</p>
      <ul className="cards">
        {EXAMPLES.map((example) => {
          const name = t(`first.${example.name}`)
          return (
            <li key={example.name}>
              <h2>{name}</h2>
              <p>{t(`first.${example.name}Text`)}</p>
              <button
                type="button"
                disabled={isBusy}
                onClick={() => add(example)}
                aria-label={t('first.addNamed', { name })}
              >
                {t('first.add')}
              </button>
            </li>
          )
        })}
      </ul>
      <p className="buttons">
        <button type="button" className="main" disabled={isBusy} onClick={addAll}>
          {t('first.addAll')}
        </button>
        <a className="button" href={linkTo.newJob()}>
          {t('first.new')}
        </a>
      </p>
      <p className="quiet">{t('first.own')}</p>
      <pre className="command">{folder}</pre>
    </section>
  )
}
