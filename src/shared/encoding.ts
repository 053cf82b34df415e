import * as z from 'zod'

/** Code pages of Windows whose encoding is known here; https://learn.microsoft.com/windows/win32/intl/code-page-identifiers */
const CODE_PAGES: Record<number, string> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  1250: 'windows-1250',
  1251: 'windows-1251',
  1252: 'windows-1252',
  1253: 'windows-1253',
  1254: 'windows-1254',
  1255: 'windows-1255',
  1256: 'windows-1256',
  1257: 'windows-1257',
  1258: 'windows-1258',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20127: 'us-ascii',
  20866: 'koi8-r',
  20932: 'euc-jp',
  20936: 'gbk',
  21866: 'koi8-u',
  28591: 'iso-8859-1',
  28592: 'iso-8859-2',
  28593: 'iso-8859-3',
  28594: 'iso-8859-4',
  28595: 'iso-8859-5',
  28596: 'iso-8859-6',
  28597: 'iso-8859-7',
  28598: 'iso-8859-8',
  28599: 'iso-8859-9',
  28603: 'iso-8859-13',
  28605: 'iso-8859-15',
  50220: 'iso-2022-jp',
  51932: 'euc-jp',
  51936: 'gbk',
  51949: 'euc-kr',
  54936: 'gb18030',
  65001: 'utf-8',
}

/**
 * The name by which `TextDecoder` knows an encoding, or undefined. Takes its own labels, code pages as Windows, Python
 * and Java write them (`936`, `cp936`, `windows-936`, `ms936`), and underscores for hyphens.
 */
export function encodingOf(name: string): string | undefined {
  const text = name.trim().toLowerCase()
  const [, page] = /^(?:(?:code ?page|cp|ms|win|windows|ibm|dos)[-_ ]?)?(\d{3,5})$/.exec(text) ?? []
  const known = page === undefined ? undefined : CODE_PAGES[Number(page)]
  for (const label of [known, text, text.replaceAll('_', '-'), text.replace(/^latin[-_](\d+)$/, 'latin$1')]) {
    if (label === undefined) continue
    try {
      return new TextDecoder(label).encoding
    } catch {
      // The next may be one.
    }
  }
  return undefined
}

/** The encoding of what a program writes, under the name of `TextDecoder`. */
export const encoding = z.string().transform((name, context) => {
  const known = encodingOf(name)
  if (known !== undefined) return known
  context.addIssue(
    `must be an encoding that can be read, such as utf-8, utf-16le, gbk, shift_jis or windows-1252, or a code page such as 936; got ${JSON.stringify(name.slice(0, 100))}`,
  )
  return z.NEVER
})
