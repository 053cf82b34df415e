/** What a link such as `jobdeck://run/123` asks to be shown. */

export type Shown = { run: number }

export const LINK_SCHEME = 'jobdeck'

/** Links come from anywhere: whatever is not exactly of the known form means nothing. */
export function parseLink(text: string): Shown | undefined {
  const [, number] = /^jobdeck:\/\/run\/([1-9]\d{0,14})\/?$/.exec(text) ?? []
  return number === undefined ? undefined : { run: Number(number) }
}

/** The first link among the arguments of a program. */
export const linkIn = (args: readonly string[]): Shown | undefined =>
  args.map(parseLink).find((link) => link !== undefined)

/** Where in the page it is shown. */
export const hashOf = ({ run }: Shown): string => `#/runs/${run}`
