import { Download } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { bytesText } from '../../format.ts'
import { Dialog } from '../../parts/Dialog.tsx'
import { saveFile } from '../../save-file.ts'
import { mayShow, readArtifact, showable, type Artifact, type Shown } from '../../state/artifacts.ts'
import { attempt } from '../../state/notices.ts'

/** The files that are kept with a run: pictures and texts are shown, all of them can be saved. */
export function Artifacts({ run, artifacts }: { run: number; artifacts: Artifact[] }) {
  const { t, i18n } = useTranslation()
  const [reading, setReading] = useState<string | null>(null)
  const [open, setOpen] = useState<{ name: string; content: Blob; shown: Shown } | null>(null)

  const giveUp = useRef(new AbortController())
  useEffect(() => {
    const controller = (giveUp.current = new AbortController())
    return () => controller.abort()
  }, [run])

  /** Reads the file for something that is done with it; nothing, where the person has left meanwhile. */
  async function read(name: string, use: (content: Blob) => unknown): Promise<void> {
    if (reading !== null) return
    const { signal } = giveUp.current
    setReading(name)
    await attempt(async () => {
      const content = await readArtifact(run, name, signal).catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown
      })
      if (content && !signal.aborted) await use(content)
    })
    setReading(null)
  }
  const save = (name: string) => read(name, (content) => saveFile(name, content))
  const show = (name: string) =>
    read(name, async (content) => setOpen({ name, content, shown: await showable(name, content) }))
  // One that is disabled would lose the focus, which is to come back to it.
  const isBusy = reading !== null

  return (
    <>
      <ul className="plain-list">
        {artifacts.map((artifact) => {
          const { name, size, path } = artifact
          return (
            <li key={name} aria-busy={reading === name}>
              {mayShow(artifact) ? (
                <button
                  type="button"
                  className="plain"
                  title={path}
                  aria-disabled={isBusy}
                  onClick={() => show(name)}
                >
                  <bdi>{name}</bdi>
                </button>
              ) : (
                <bdi title={path}>{name}</bdi>
              )}
              <span className="quiet number">{bytesText(i18n.language, size)}</span>
              <button
                type="button"
                className="icon"
                aria-label={t('run.saveArtifact', { name })}
                title={t('run.save')}
                aria-disabled={isBusy}
                onClick={() => save(name)}
              >
                <Download aria-hidden size={14} />
              </button>
              <code className="path">{path}</code>
            </li>
          )
        })}
      </ul>
      {open && (
        <Dialog
          title={open.name}
          onClose={() => setOpen(null)}
          isWide
          actions={
            <button type="button" onClick={() => saveFile(open.name, open.content)}>
              <Download aria-hidden size={14} /> {t('run.save')}
            </button>
          }
        >
          <Content name={open.name} shown={open.shown} />
        </Dialog>
      )}
    </>
  )
}

function Content({ name, shown }: { name: string; shown: Shown }) {
  const { t } = useTranslation()
  if (shown === 'binary') return <p className="quiet">{t('run.notShown')}</p>
  if ('image' in shown) return <img className="picture" src={shown.image} alt={name} />
  return (
    <pre tabIndex={0} role="region" aria-label={name}>
      {shown.text}
    </pre>
  )
}
