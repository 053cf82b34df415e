/** Every way in which a request can be refused or fail, and what each means to a person. */
export const FAULTS = {
  'invalid-input': 'something given is not of the form that is wanted',
  'not-found': 'no job, run or category has that name',
  ambiguous: 'a beginning fits more than one',
  conflict: 'the state of things does not allow it',
  'handler-missing': 'the file to run does not exist or cannot be read',
  'handler-syntax': 'the file to run does not parse',
  'handler-unsuitable': 'the file cannot be run, or not in this mode',
  'not-approved': 'the script waits for somebody to approve it',
  'command-missing': 'the program to run is not there',
  'directory-missing': 'a folder that is wanted is not there',
  'secret-missing': 'a secret that is referred to is not there, or its key is not',
  'env-file': 'a file of variables is not there, or cannot be read',
  'database-newer': 'the database was written by a newer Jobdeck',
  'database-foreign': 'the file is no database, or the database of another program',
  'database-permission': 'the file or its folder may not be written',
  'database-locked': 'another program keeps the database locked',
  'database-damaged': 'the database file is damaged',
  'database-replaced': 'the database file was removed or replaced while it was open',
  'disk-full': 'the disk is full',
  'disk-error': 'the disk could not be read or written',
  'network-share': 'the database lies on a network share, where SQLite cannot lock it',
  'node-version': 'this Node.js is too old',
  closed: 'the deck is closed',
  cancelled: 'the request was given up by who made it',
  'too-large': 'a request or its answer is larger than what fits into one message',
  'not-listening': 'no program that has the deck open can be reached',
  disconnected: 'the connection to the program that has the deck open was lost',
  internal: 'a fault of Jobdeck itself',
} as const

/** What kind of fault it is: programs decide by it, people read the message. */
export type FaultCode = keyof typeof FAULTS

/** A fault as it crosses a process or thread boundary. */
export interface FaultData {
  code: FaultCode
  message: string
  data?: Record<string, unknown> | undefined
}

/** The one error that crosses boundaries. Its message is written for people and says what to do. */
export class Fault extends Error {
  /** Tells it apart from other errors, across processes too. */
  override readonly name = 'Fault'
  /** What kind of fault it is. */
  readonly code: FaultCode
  /** More about it, for programs, where there is more. */
  readonly data: Record<string, unknown> | undefined

  /**
   * @param message for people: what was wrong and what is wanted
   * @param options.cause what was thrown first
   */
  constructor(
    code: FaultCode,
    message: string,
    options: { data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.data = options.data
  }

  /** As it crosses a process or thread boundary. */
  toJSON(): FaultData {
    return { code: this.code, message: this.message, ...(this.data && { data: this.data }) }
  }
}

/** The refusal of one field. Its message says what was given and what is wanted. */
export const invalidInput = (field: string, message: string): Fault =>
  new Fault('invalid-input', `${field}: ${message}`, { data: { issues: [{ field, message }] } })

/** Any thrown value as a Fault; what is no Fault already becomes `internal` and keeps its cause. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Fault('internal', message, { cause: thrown })
}
