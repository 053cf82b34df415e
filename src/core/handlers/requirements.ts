/** The packages that a Python script lists. */
import { parse } from 'smol-toml'

export interface Requirement {
  /** As it is written. */
  text: string
  name: string
  /** Whether it is wanted on some machines only. */
  isConditional: boolean
}

/** As PEP 723 has it. */
const BLOCK = /^# \/\/\/ script\s*$\r?\n((?:^#(?: .*)?$\r?\n)*?)^# \/\/\/\s*$/m

/** What the script lists, as far as it can be understood; nothing where the block is not valid. */
export function pythonRequirements(source: string): Requirement[] {
  const [, block] = BLOCK.exec(source) ?? []
  if (block === undefined) return []
  try {
    const { dependencies } = parse(block.replaceAll(/^# ?/gm, '')) as { dependencies?: unknown }
    if (!Array.isArray(dependencies)) return []
    return dependencies.flatMap((text) => (typeof text === 'string' ? (parseRequirement(text) ?? []) : []))
  } catch {
    return [] // whoever reads the metadata says so
  }
}

/** Name, extras, then versions or an address, then a marker. @see https://peps.python.org/pep-0508/ */
const FORM = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(?:$|[;@(<>=!~])/

export function parseRequirement(text: string): Requirement | undefined {
  const [, name] = FORM.exec(text) ?? []
  if (name === undefined) return undefined
  // An address may have a semicolon of its own: there the marker follows a space.
  const isConditional = /@/.test(text) ? /\s;/.test(text) : text.includes(';')
  return { text: text.trim(), name, isConditional }
}

/** Names that mean the same package are the same. @see https://peps.python.org/pep-0503/#normalized-names */
export const normalName = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase()
