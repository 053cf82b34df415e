import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { toFault } from '../../shared/fault.ts'
import {
  LANGUAGES,
  isStartedItself,
  languageOf,
  templateOf,
  titleOf,
  type Language,
} from '../../shared/templates/index.ts'
import { client } from '../client.ts'
import { Dialog } from '../parts/Dialog.tsx'
import { useBusy } from '../parts/form/busy.ts'
import { FormField } from '../parts/form/FormField.tsx'
import { go, linkTo } from '../state/route.ts'

const FORM = 'new-script'

/** The file that a name means: with the ending of the language, unless it has that already. */
export function fileNameOf(name: string, language: Language): string {
  const trimmed = name.trim()
  return languageOf(trimmed) === language ? trimmed : `${trimmed}.${language}`
}

/** Asks for a name and a language, and writes a script to begin with. Who writes it here approves it. */
export function NewScript({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [language, setLanguage] = useState<Language>('py')
  const [error, setError] = useState<string>()
  const { isBusy, once } = useBusy()

  function submit(event: FormEvent): void {
    event.preventDefault()
    void once(write)
  }

  async function write(): Promise<void> {
    if (name.trim() === '') return setError(t('scripts.nameNeeded'))
    const script = fileNameOf(name, language)
    try {
      await client.request('scripts.write', {
        script,
        text: templateOf(language, titleOf(script.replace(/^.*\//, ''))),
        isNew: true,
        isExecutable: isStartedItself(language),
      })
      onClose()
      go(linkTo.script(script))
    } catch (thrown) {
      const { code, message } = toFault(thrown)
      setError(code === 'conflict' ? t('scripts.nameTaken') : message)
    }
  }

  return (
    <Dialog
      title={t('scripts.new')}
      onClose={onClose}
      initialFocus={() => document.querySelector<HTMLElement>(`#${FORM} input`)}
      actions={
        <button type="submit" form={FORM} className="main" disabled={isBusy}>
          {t('scripts.make')}
        </button>
      }
    >
      <form id={FORM} className="form" onSubmit={submit} noValidate>
        <FormField label={t('scripts.newName')} hint={t('scripts.newNameHint')} error={error}>
          {(tied) => (
            <input
              {...tied}
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={({ target }) => {
                setName(target.value)
                setError(undefined)
              }}
            />
          )}
        </FormField>
        <FormField
          label={t('scripts.language')}
          hint={name.trim() === '' ? undefined : fileNameOf(name, language)}
        >
          {(tied) => (
            <select
              {...tied}
              value={language}
              onChange={({ target }) => setLanguage(target.value as Language)}
            >
              {LANGUAGES.map((each) => (
                <option key={each} value={each}>
                  {t(`scriptLanguage.${each}`)}
                </option>
              ))}
            </select>
          )}
        </FormField>
      </form>
    </Dialog>
  )
}
