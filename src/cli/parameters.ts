/** The parameters of `jobdeck run`, as they are typed. */
import { readFile, stat } from 'node:fs/promises'
import type { Parameters } from '../shared/contract.ts'
import { Fault } from '../shared/fault.ts'
import { secretsOf } from './secret-options.ts'

export interface ParameterOptions {
  /** `name=value` */
  param: string[]
  /** A JSON object, or `@FILE` that holds one. */
  params?: string
  /** `name=SECRET` */
  secret?: string[]
}

/** A file of parameters may be this long, in bytes. */
const FILE_LIMIT = 10 * 1024 * 1024

/** @throws Fault `invalid-input` */
export async function readParameters({ params: json, param, secret }: ParameterOptions): Promise<Parameters> {
  const params = json === undefined ? {} : await readObject(json)
  for (const pair of param) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined) {
      throw new Fault('invalid-input', `--param: wants name=value, got ${JSON.stringify(pair)}`)
    }
    if (name === '__proto__')
      throw new Fault('invalid-input', '--param: __proto__ cannot be the name of a parameter')
    // Given more than once it becomes a list.
    const isRepeated = param.filter((other) => other.startsWith(`${name}=`)).length > 1
    const earlier = params[name]
    params[name] = isRepeated ? [...(Array.isArray(earlier) ? earlier : []), value!] : value!
  }
  const secrets = secretsOf(secret, '--secret')
  const both = Object.keys(secrets).find((name) => param.some((pair) => pair.startsWith(`${name}=`)))
  if (both !== undefined)
    throw new Fault(
      'invalid-input',
      `--secret: the parameter ${JSON.stringify(both)} is given by --param too`,
    )
  return { ...params, ...secrets }
}

async function readObject(given: string): Promise<Parameters> {
  const file = given.startsWith('@') ? given.slice(1) : undefined
  const source = file === undefined ? '--params' : `--params: ${file}`
  const text =
    file === undefined
      ? given
      : await readBounded(file).catch((thrown: Error) => {
          if (thrown instanceof Fault) throw thrown
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

/** @throws Fault `invalid-input` for what is no file, which might never end, and for one that is too large */
async function readBounded(file: string): Promise<string> {
  const found = await stat(file)
  if (!found.isFile()) throw new Fault('invalid-input', `--params: ${file} is not a regular file`)
  if (found.size > FILE_LIMIT) {
    const amounts = `${found.size.toLocaleString('en')} bytes; it may have ${FILE_LIMIT.toLocaleString('en')}`
    throw new Fault('invalid-input', `--params: ${file} has ${amounts}`)
  }
  return readFile(file, 'utf8')
}
