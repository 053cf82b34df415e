import { dateText } from '../../format.ts'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { memo, type CSSProperties, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { LogEntry } from '../../../shared/contract.ts'
import { markPieces, piecesOf, type Piece } from './ansi.ts'

/** What opens where a line has more to it than one row shows. */
export const isGroup = ({ fields }: LogEntry): boolean => fields?.['group'] === 'start'
const isGroupEnd = ({ fields }: LogEntry): boolean => fields?.['group'] === 'end'
const hasFields = (entry: LogEntry): boolean =>
  entry.fields !== null && !isGroup(entry) && !isGroupEnd(entry) && Object.keys(entry.fields).length > 0
export const canOpen = (entry: LogEntry): boolean =>
  entry.droppedThrough === null && (hasFields(entry) || entry.message.trimEnd().includes('\n'))

/** The pieces of lines that were shown: a line is drawn again and again. */
const known = new WeakMap<LogEntry, Piece[]>()

function knownPieces(entry: LogEntry): Piece[] {
  const pieces = known.get(entry) ?? piecesOf(entry.message)
  known.set(entry, pieces)
  return pieces
}

interface Props {
  entry: LogEntry
  /** As it is to be told; the whole time is there on hover. */
  time: string
  /** Where something that is looked for is in its text. */
  marksOf: ((text: string) => [number, number][]) | undefined
  isOpen: boolean
  /** Of a line that begins a group: its lines are folded away. */
  isFolded: boolean
  toggle: (entry: LogEntry) => void
}

/** A line of a log, with the colours of a terminal; opened, with all its lines and its fields. */
export const LogLine = memo(({ entry, time, marksOf, isOpen, isFolded, toggle }: Props) => {
  const { t, i18n } = useTranslation()
  if (entry.droppedThrough !== null) {
    const count = entry.droppedThrough - entry.sequence + 1
    return <span className="quiet not-kept">{t('run.notKept', { count })}</span>
  }
  if (isGroupEnd(entry) && entry.message === '') return <span className="group-end" />
  const opens = isGroup(entry) || canOpen(entry)
  const isShut = isGroup(entry) ? isFolded : !isOpen
  const name = isGroup(entry)
    ? isShut
      ? t('run.unfold')
      : t('run.fold')
    : isShut
      ? t('run.open')
      : t('run.shut')
  return (
    <>
      {opens ? (
        <button
          type="button"
          className="opens"
          tabIndex={-1}
          aria-expanded={!isShut}
          aria-label={name}
          title={name}
          onClick={() => toggle(entry)}
        >
          {isShut ? (
            <ChevronRight size={14} aria-hidden className="turns" />
          ) : (
            <ChevronDown size={14} aria-hidden />
          )}
        </button>
      ) : (
        <span className="opens" />
      )}
      <span className="gutter">
        <time className="quiet" title={dateText(i18n.language, entry.time)}>
          {time}
        </time>
        <span className={`level ${entry.level}`}>{entry.level}</span>
      </span>
      <span className={isGroup(entry) ? 'body group' : 'body'}>
        <Message entry={entry} marksOf={marksOf} isOpen={isOpen} />
        {hasFields(entry) &&
          (isOpen ? (
            <Fields fields={entry.fields!} />
          ) : (
            <span className="inline-fields">{JSON.stringify(entry.fields)}</span>
          ))}
      </span>
    </>
  )
})
LogLine.displayName = 'LogLine'

/** The text of a line, with its colours and marks. */
export function Message({ entry, marksOf, isOpen }: Pick<Props, 'entry' | 'marksOf' | 'isOpen'>) {
  const pieces = knownPieces(entry)
  const marks = marksOf?.(pieces.map(({ text }) => text).join('')) ?? []
  return (
    <bdi className={isOpen ? 'opened' : ''}>
      {markPieces(pieces, marks).map((piece, index) => (
        <Part piece={piece} key={index}>
          {isOpen ? piece.text : piece.text.replaceAll('\n', ' ⏎ ')}
        </Part>
      ))}
    </bdi>
  )
}

function Part({ piece, children }: { piece: Piece & { isMarked?: boolean }; children: ReactNode }) {
  const content = piece.isMarked ? <mark>{children}</mark> : children
  if (piece.className === '') return content
  return (
    <span className={piece.className} style={piece.colours as CSSProperties | undefined}>
      {content}
    </span>
  )
}

function Fields({ fields }: { fields: NonNullable<LogEntry['fields']> }) {
  return (
    <dl className="fields">
      {Object.entries(fields).map(([name, value]) => (
        <div className="field-row" key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)}</dd>
        </div>
      ))}
    </dl>
  )
}
