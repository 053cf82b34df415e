import { createInstance } from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from './texts/en.json'
import zh from './texts/zh.json'

/** The first language of the system that there are texts in; else English. */
export function chooseLanguage(wanted: readonly string[]): 'en' | 'zh' {
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return 'zh'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}

/** Loads the texts, and tells the page in which language it is: fonts and screen readers follow that. */
export async function speak(): Promise<void> {
  const language = chooseLanguage(navigator.languages)
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en'
  await createInstance()
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: 'en',
      resources: { en: { translation: en }, zh: { translation: zh } },
      interpolation: { escapeValue: false }, // React does
    })
}
