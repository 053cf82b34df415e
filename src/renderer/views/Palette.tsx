import { Dialog as Base } from '@base-ui/react/dialog'
import { Command as Cmdk } from 'cmdk'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Execution } from '../../shared/contract.ts'
import { client } from '../client.ts'
import { StateBadge } from '../parts/StateBadge.tsx'
import { Time } from '../parts/Time.tsx'
import { useAnswer } from '../state/answer.ts'
import { keysText, useAllCommands, type Command } from '../state/commands.ts'
import { startJob } from '../state/actions.ts'
import { useDialogs } from '../state/dialogs.ts'
import { bestOf } from '../state/fit.ts'
import { useJobs } from '../state/jobs.ts'
import { go, linkTo } from '../state/route.ts'
import { useScripts } from '../state/scripts.ts'
import './palette.css'

/** Every action, every job and every recent run, by typing. */
export function Palette() {
  const { isPaletteOpen } = useDialogs()
  const close = () => useDialogs.setState({ isPaletteOpen: false })
  return (
    <Base.Root open={isPaletteOpen} onOpenChange={(open) => open || close()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog palette">
          <Found close={close} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Found({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const { jobs } = useJobs()
  const { scripts } = useScripts()
  const all = useAllCommands()
  const runs = useRecentRuns()
  const commands = useMemo(() => bestCommands(all, text), [all, text])
  const foundJobs = useMemo(
    () => bestOf(jobs, ({ name, category }) => `${name} ${category ?? ''}`, text),
    [jobs, text],
  )
  const foundRuns = bestOf(runs, ({ id, jobName }) => `#${id} ${jobName}`, text)
  const foundScripts = text === '' ? [] : bestOf(scripts, ({ name, title }) => `${name} ${title ?? ''}`, text)
  const act = (work: () => unknown) => () => {
    close()
    work()
  }
  return (
    <Cmdk label={t('palette.title')} shouldFilter={false} loop>
      <Base.Title className="hidden">{t('palette.title')}</Base.Title>
      <Cmdk.Input
        autoFocus
        value={text}
        onValueChange={setText}
        placeholder={t('palette.placeholder')}
        // The Enter that confirms a candidate of an input method chooses nothing.
        onKeyDown={(event) => event.nativeEvent.isComposing && event.stopPropagation()}
      />
      <Cmdk.List>
        <Cmdk.Empty>{t('palette.nothing')}</Cmdk.Empty>
        {text !== '' && foundJobs.length > 0 && (
          <Cmdk.Group heading={t('palette.jobs')}>
            {foundJobs.map((job) => (
              <Cmdk.Item key={job.id} value={`job ${job.id}`} onSelect={act(() => go(linkTo.job(job.id)))}>
                <span className="cut">
                  <bdi>{job.name}</bdi>
                </span>
                <StateBadge state={job.status} />
              </Cmdk.Item>
            ))}
            {foundJobs.slice(0, 3).map((job) => (
              <Cmdk.Item key={job.id} value={`start ${job.id}`} onSelect={act(() => startJob(job))}>
                <span className="cut">{t('palette.start', { name: job.name })}</span>
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        )}
        {commands.length > 0 && (
          <Cmdk.Group heading={t('palette.actions')}>
            {commands.map(({ id, title, keys, run }) => (
              <Cmdk.Item key={id} value={`do ${id}`} onSelect={act(run)}>
                <span className="cut">{title}</span>
                {keys && <kbd>{keysText(keys)}</kbd>}
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        )}
        {foundScripts.length > 0 && (
          <Cmdk.Group heading={t('nav.scripts')}>
            {foundScripts.map(({ name, state }) => (
              <Cmdk.Item key={name} value={`script ${name}`} onSelect={act(() => go(linkTo.script(name)))}>
                <span className="cut">
                  <bdi>{name}</bdi>
                </span>
                <StateBadge state={state} />
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        )}
        {foundRuns.length > 0 && (
          <Cmdk.Group heading={t('palette.runs')}>
            {foundRuns.map(({ id, jobName, status, queuedAt }) => (
              <Cmdk.Item key={id} value={`run ${id}`} onSelect={act(() => go(linkTo.run(id)))}>
                <span className="cut">
                  #{id} <bdi>{jobName}</bdi>
                </span>
                <StateBadge state={status} />
                <span className="quiet">
                  <Time at={queuedAt} />
                </span>
              </Cmdk.Item>
            ))}
          </Cmdk.Group>
        )}
      </Cmdk.List>
    </Cmdk>
  )
}

/** Those of the view first, as they are what one is likely to want. */
function bestCommands(all: Command[], text: string): Command[] {
  const unique = [
    ...new Map(all.filter(({ id }) => id !== 'palette').map((each) => [each.id, each])).values(),
  ]
  const sorted = unique.toSorted((a, b) => Number(b.scope === 'view') - Number(a.scope === 'view'))
  return text === '' ? sorted : bestOf(sorted, ({ title }) => title, text)
}

const useRecentRuns = (): Execution[] =>
  useAnswer('runs', () => client.request('executions.list', { limit: 100 })) ?? NO_RUNS

const NO_RUNS: Execution[] = []
