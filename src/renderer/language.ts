import { createInstance, type TFunction } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { usePreferences } from './state/preferences.ts'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** Each file holds the texts of one part of the window. */
const FILES = import.meta.glob<object>('./texts/*/*.json', { eager: true, import: 'default' })

const textsOf = (language: Language): object =>
  Object.assign(
    {},
    ...Object.entries(FILES)
      .filter(([name]) => name.startsWith(`./texts/${language}/`))
      .map(([, texts]) => texts),
  )

const i18n = createInstance()

/** A text, for what is said outside of components. Within them `useTranslation` draws anew in another language. */
export const t = ((...args: Parameters<TFunction>) => i18n.t(...args)) as TFunction

/** What turns the direction of what stands around it. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/g
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** A name within a sentence must not turn the sentence around. */
export function isolated(text: string): string {
  const plain = text.replaceAll(TURNING, '')
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain
}

/** The first language of the system that there are texts in; else English. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return 'zh'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}

/** The language with its land, where the system names one: times and numbers are written otherwise in London. */
export function localeOf(language: Language, system: readonly string[]): string {
  // Of Chinese there is one script here, whatever the land.
  if (language === 'zh') return language
  return system.find((tag) => /^en-/i.test(tag)) ?? language
}

function wanted(): string {
  const { language } = usePreferences.getState()
  return localeOf(language === 'system' ? chooseLanguage(navigator.languages) : language, navigator.languages)
}

/**
 * Loads the texts, and tells the page in which language it is: fonts and screen readers follow that. It changes when
 * the person chooses another.
 */
export async function speak(): Promise<void> {
  const tellPage = (language: string) =>
    void (document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en')
  i18n.on('languageChanged', tellPage)
  await i18n.use(initReactI18next).init({
    lng: wanted(),
    fallbackLng: 'en',
    resources: { en: { translation: textsOf('en') }, zh: { translation: textsOf('zh') } },
    interpolation: { escapeValue: true, escape: isolated }, // as for HTML, React does
  })
  usePreferences.subscribe(() => {
    if (i18n.language !== wanted()) void i18n.changeLanguage(wanted())
  })
}
