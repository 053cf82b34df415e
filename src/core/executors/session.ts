import type { Outcome, Task } from './executor.ts'
import type { Sink } from '../dispatch/record.ts'
import { checkParameters } from '../handlers/parameters.ts'
import { passwordsIn } from '../handlers/passwords.ts'
import { errorInfo } from './failure.ts'
import type { FromModule, ToModule } from './protocol.ts'

/** The engine's end of the protocol, the same for threads and children. */
export interface Session {
  receive(message: FromModule): void
  /** Resolves when the place where the module will run is there. */
  readonly ready: Promise<void>
  begin(): void
  /** What the handler answered, if it did. */
  answer(): Outcome | undefined
  /** The same once its process has ended, with which there is an answer in any case. */
  endedWith(code: number | null, signal: string | null): Outcome
}

export function createSession(
  { facts, definition, params, environment, secrets }: Task,
  code: string,
  sink: Sink,
  post: (message: ToModule) => void,
): Session {
  const ready = Promise.withResolvers<void>()
  let answer: Outcome | undefined
  return {
    ready: ready.promise,
    begin() {
      const { schema, directory } = definition
      post({ type: 'run', url: code, facts, params, schema, environment, directory })
    },
    answer: () => answer,
    endedWith(code, signal) {
      const how = signal ? `was ended by ${signal}` : `exited with code ${code}`
      const message = `the process ${how} before the handler returned`
      return answer ?? { kind: 'died', code, signal, message }
    },
    receive(message) {
      switch (message.type) {
        case 'ready':
          return ready.resolve()
        case 'asks':
          // The schema that the module exports is the truth; what could be read without running it was a help.
          sink.hide(passwordsIn(message.schema, params))
          void checkParameters(message.schema, params, 'json', secrets).then(
            (checked) => post({ type: 'call', params: checked }),
            (thrown: unknown) => {
              answer = { kind: 'threw', error: errorInfo(thrown) }
              post({ type: 'leave' })
            },
          )
          return
        case 'log':
          return sink.log(message)
        case 'progress':
          return sink.progress(message.value, message.message)
        case 'attach': {
          const { call, path, name } = message
          void sink.attach(path, name).then((kept) => post({ type: 'attached', call, kept }))
          return
        }
        case 'summary':
          return sink.summarize(message.markdown)
        case 'returned':
          answer ??= { kind: 'returned', result: message.result }
          return
        case 'threw':
          answer ??= { kind: 'threw', error: message.error }
      }
    },
  }
}
