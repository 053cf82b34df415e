import { compiler, type MarkdownToJSX } from 'markdown-to-jsx/react'
import { memo, type InputHTMLAttributes, type ReactNode } from 'react'

/** What a run wrote as Markdown. HTML in it is text, and pictures, which would be fetched from elsewhere, are links. */
const Markdown = memo(({ text }: { text: string }) => drawn(text))
Markdown.displayName = 'Markdown'
export default Markdown

/** A text that is too much for the library is shown as it stands: the page of the run must not go with it. */
function drawn(text: string): ReactNode {
  try {
    return compiler(text, OPTIONS)
  } catch {
    return <pre tabIndex={0}>{text}</pre>
  }
}

/** It stands below a heading of the page, and its headings have no addresses: those lead to views. */
const heading = ({ children }: { children?: ReactNode }) => <h4>{children}</h4>

/** Opened outside of the window; without an address, as that of a script would be, it is text. */
const link = ({ href, children }: { href?: string; children?: ReactNode }) =>
  href && /^(https?|mailto):/i.test(href) ? (
    <a href={href} title={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  ) : (
    <span title={href}>{children}</span>
  )

const picture = ({ src, alt }: { src?: string; alt?: string }) =>
  link({ children: alt || src, ...(src !== undefined && { href: src }) })

const box = ({ checked }: InputHTMLAttributes<HTMLInputElement>) => (checked ? '☑' : '☐')

const block = ({ children }: { children?: ReactNode }) => <pre tabIndex={0}>{children}</pre>

const OPTIONS: MarkdownToJSX.Options = {
  disableParsingRawHTML: true,
  preserveFrontmatter: true,
  forceBlock: true,
  forceWrapper: true,
  wrapper: ({ children }: { children?: ReactNode }) => <div className="markdown">{children}</div>,
  overrides: {
    h1: heading,
    h2: heading,
    h3: heading,
    h4: heading,
    h5: heading,
    h6: heading,
    a: link,
    img: picture,
    input: box,
    pre: block,
  },
}
