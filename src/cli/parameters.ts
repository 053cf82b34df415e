/** The parameters of `jobdeck run`, as they are typed. */
import { readFile } from 'node:fs/promises'
import type { Parameters } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'

export interface ParameterOptions {
  /** `name=value` */
  param: string[]
  /** A JSON object, or `@FILE` that holds one. */
  params?: string
}

/** @throws Fault `invalid-input` */
export async function readParameters({ params: json, param }: ParameterOptions): Promise<Parameters> {
  const params = json === undefined ? {} : await readObject(json)
  for (const pair of param) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined) {
      throw new Fault('invalid-input', `--param: wants name=value, got ${JSON.stringify(pair)}`)
    }
    // Given more than once it becomes a list.
    const isRepeated = param.filter((other) => other.startsWith(`${name}=`)).length > 1
    const earlier = params[name]
    params[name] = isRepeated ? [...(Array.isArray(earlier) ? earlier : []), value!] : value!
  }
  return params
}

async function readObject(given: string): Promise<Parameters> {
  const file = given.startsWith('@') ? given.slice(1) : undefined
  const source = file === undefined ? '--params' : `--params: ${file}`
  const text =
    file === undefined
      ? given
      : await readFile(file, 'utf8').catch((thrown: Error) => {
          throw new Fault('invalid-input', `--params: the file cannot be read: ${thrown.message}`)
        })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw new Fault('invalid-input', `${source} is not JSON: ${(thrown as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
    throw new Fault('invalid-input', `${source}: wants a JSON object such as {"name": "value"}, got ${got}`)
  }
  return value as Parameters
}
