import {
  Copy,
  Download,
  EllipsisVertical,
  Pencil,
  Pin,
  Play,
  Power,
  SkipForward,
  Trash2,
  Undo2,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Job } from '../../../shared/contract.ts'
import { Menu, type MenuEntry } from '../../parts/Menu.tsx'
import { duplicateJob, enableJobs, exportJobs, pinJob, removeJobs, skipNext } from '../../state/actions.ts'
import { askToRun } from '../../state/dialogs.ts'
import { go, linkTo } from '../../state/route.ts'

interface Props {
  job: Job
  /** After the job was deleted, where it was all that was shown. */
  onRemoved?: () => void
  className?: string
}

/** What else can be done with a job. */
export function JobMenu({ job, onRemoved, className = 'icon' }: Props) {
  const { t } = useTranslation()
  const isOpen = job.status === 'running' || job.status === 'queued'
  const entries: MenuEntry[] = [
    { label: t('jobMenu.run'), icon: <Play aria-hidden size={14} />, run: () => askToRun(job) },
    {
      label: t('jobMenu.edit'),
      icon: <Pencil aria-hidden size={14} />,
      run: () => go(linkTo.editJob(job.id)),
    },
    { label: t('jobMenu.duplicate'), icon: <Copy aria-hidden size={14} />, run: () => duplicateJob(job) },
    { label: t('jobMenu.export'), icon: <Download aria-hidden size={14} />, run: () => exportJobs([job]) },
    'separator',
    {
      label: t('jobMenu.skip'),
      icon: <SkipForward aria-hidden size={14} />,
      run: () => skipNext(job),
      isDisabled: job.next === null,
    },
    job.enabled
      ? {
          label: t('jobMenu.disable'),
          icon: <Power aria-hidden size={14} />,
          run: () => enableJobs([job], false),
        }
      : {
          label: t('jobMenu.enable'),
          icon: <Undo2 aria-hidden size={14} />,
          run: () => enableJobs([job], true),
        },
    { label: t('jobMenu.pin'), icon: <Pin aria-hidden size={14} />, run: () => pinJob(job) },
    'separator',
    {
      label: t('actions.remove'),
      icon: <Trash2 aria-hidden size={14} />,
      isDanger: true,
      isDisabled: isOpen,
      run: async () => (await removeJobs([job])) && onRemoved?.(),
    },
  ]
  return (
    <Menu className={className} label={t('jobMenu.more', { name: job.name })} entries={entries}>
      <EllipsisVertical aria-hidden size={14} />
    </Menu>
  )
}
