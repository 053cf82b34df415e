import { StringDecoder } from 'node:string_decoder'

/** The least that can be done: decodes chunks as UTF-8 and cuts them at newlines. */
export function bareSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop()!
    for (const line of lines) onLine(line)
  }
}
