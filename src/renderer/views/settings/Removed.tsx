import { useTranslation } from 'react-i18next'
import { Time } from '../../parts/Time.tsx'
import { bringBack } from '../../state/actions.ts'
import { attempt } from '../../state/notices.ts'
import { readAgain, useSettings } from '../../state/settings.ts'
import { Group } from './Group.tsx'

/** Jobs that were deleted in the last day: they can still be brought back, with their runs. */
export function Removed() {
  const { t } = useTranslation()
  const { removed } = useSettings()
  if (removed.length === 0) return null
  return (
    <Group title={t('settings.removed')}>
      {removed.map((job) => (
        <div className="setting" key={job.id}>
          <bdi className="cut" title={job.name}>
            {job.name}
          </bdi>
          <div className="setting-field pair">
            <span className="quiet">
              <Time at={job.at} />
            </span>
            <button
              type="button"
              aria-label={t('settings.bringBackNamed', { name: job.name })}
              onClick={() => attempt(() => bringBack(job).then(readAgain))}
            >
              {t('settings.bringBack')}
            </button>
          </div>
        </div>
      ))}
    </Group>
  )
}
