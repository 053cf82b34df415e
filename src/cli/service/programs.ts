/** Programs of the system that are asked and told. */
import { execFile } from 'node:child_process'

export interface Answer {
  /** Undefined where there is no such program. */
  code: number | undefined
  output: string
  errors: string
}

export const ask = (program: string, ...args: string[]): Promise<Answer> =>
  new Promise((resolve) =>
    execFile(program, args, { env: { ...process.env, LC_ALL: 'C' } }, (error, output, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
      resolve({ code, output: output.trim(), errors: errors.trim() })
    }),
  )
