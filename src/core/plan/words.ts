/** Schedules in words. */
import cronstrue from 'cronstrue/i18n.js'
import { formatDuration } from '../../shared/duration.ts'
import { LOCAL, isAtStart, type Schedule } from '../../shared/schedule.ts'
import { spelledOut } from './cron-fields.ts'

export interface Words {
  en: string
  zh: string
}

/** Bundlers and Node see the default of this module at different depths. */
const { toString: toWords } = ((cronstrue as { default?: unknown }).default ??
  cronstrue) as typeof cronstrue.default

/** @param localZone in which instants are told */
export function describe(schedule: Schedule, localZone: string): Words {
  if ('daemon' in schedule) return { en: 'Kept running', zh: '保持运行' }
  if ('at' in schedule) {
    const time = dateTime(schedule.at, localZone)
    return { en: `Once, at ${time}`, zh: `一次，${time}` }
  }
  if ('every' in schedule) {
    const span = formatDuration(schedule.every)
    return { en: `Every ${span}`, zh: `每隔 ${span}` }
  }
  const { cron, zone = LOCAL } = schedule
  const where = zone === LOCAL ? '' : ` (${zone})`
  if (isAtStart(schedule)) return { en: 'When Jobdeck starts', zh: 'Jobdeck 启动时' }
  const inWords = (locale: string) =>
    toWords(spelledOut(cron), {
      locale,
      use24HourTimeFormat: true,
      throwExceptionOnParseError: false,
    })
  return { en: inWords('en') + where, zh: inWords('zh_CN') + where }
}

const dateTime = (at: number, timeZone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at)
