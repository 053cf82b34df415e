/** The scripts folders: what is in them, and what people approved of it. */
import * as z from 'zod'
import { reference } from './fields.ts'
import { policySchema } from './policy.ts'

/** `new`: never approved; `changed`: approved, and changed since; `broken`: cannot be run; `gone`: jobs name it, and it is not there. */
export const SCRIPT_STATES = ['approved', 'new', 'changed', 'broken', 'gone'] as const

/** The name of a script: its path in its folder, ending included; `@folder/` before it where that is not the main one. */
export const scriptName = z
  .string()
  .min(1, 'must not be empty')
  .max(1000)
  .transform((name) => name.replaceAll('\\', '/').replace(/^(?:\.\/)+/, ''))
  .refine(
    (name) =>
      !name.startsWith('/') &&
      !/\p{Cc}/u.test(name) &&
      !name.split('/').some((part) => ['', '.', '..'].includes(part)),
    'must be a path in the scripts folder, such as backup.py or photos/import.ts',
  )

const folderName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,49}$/u,
    'must be a word of letters, digits, dots, hyphens and underscores',
  )

const folder = z.object({
  /** Empty for the main one. */
  name: z.string(),
  path: z.string(),
  /** `owner`: what its owner changes is approved by that. */
  approve: z.enum(['people', 'owner']),
  exists: z.boolean(),
})

const part = z.object({ path: z.string(), size: z.int() })

const problem = z.object({
  code: z.string(),
  message: z.string(),
  line: z.int().nullable(),
  column: z.int().nullable(),
})

const script = z.object({
  name: z.string(),
  state: z.enum(SCRIPT_STATES),
  /** Where it lies; null for one that is gone. */
  path: z.string().nullable(),
  /** The file that is run. */
  entry: z.string().nullable(),
  kind: z.enum(['module', 'program']).nullable(),
  isFolder: z.boolean(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  /** JSON Schema of its parameters. */
  schema: z.record(z.string(), z.json()).nullable(),
  /** What it sets of the policy of the jobs that run it. */
  defaults: policySchema,
  /** What it says that is not understood, and what it cannot say before it is approved. */
  warnings: z.array(z.string()),
  /** Why it cannot be run. */
  problem: problem.nullable(),
  /** Of all that it is made of, as it is now. */
  digest: z.string().nullable(),
  parts: z.array(part),
  /** When it was last approved, as it was then. */
  approvedAt: z.int().nullable(),
  /** The jobs that run it. */
  jobs: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Where its content is now, where it was renamed. */
  renamedTo: z.string().nullable(),
})
const source = z.object({
  path: z.string(),
  size: z.int(),
  /** Null where it is no text, or longer than a mebibyte. */
  text: z.string().nullable(),
})

/** The requests about scripts. */
export const scriptRequests = {
  /** All scripts of all folders, by name, with those that jobs name and that are not there. */
  'scripts.list': { input: z.strictObject({}), output: z.array(script) },
  /** One script, by its name. */
  'scripts.get': { input: z.strictObject({ script: scriptName }), output: script },
  /** What is to be approved: each file as it is now, and as it was when it was last approved. */
  'scripts.review': {
    input: z.strictObject({ script: scriptName }),
    output: z.object({
      script,
      files: z.array(
        source.extend({
          before: z.string().nullable(),
          change: z.enum(['added', 'removed', 'changed', 'same']),
        }),
      ),
      /** Where it was downloaded from, where the system records that. */
      origin: z.string().nullable(),
    }),
  },
  /** Lets a script run as it is now: refused where that is not what was looked at. */
  'scripts.approve': {
    input: z.strictObject({ script: scriptName, digest: z.string().length(64).optional() }),
    output: script,
  },
  /** Lets a script run no more, in any form in which it was approved; answers with how many those were. */
  'scripts.withdraw': { input: z.strictObject({ script: scriptName }), output: z.int() },
  /** Writes a script; who writes it here approves it. */
  'scripts.write': {
    input: z.strictObject({
      script: scriptName,
      text: z.string().max(4_000_000),
      /** Refused where it is there already. */
      isNew: z.boolean().optional(),
      isExecutable: z.boolean().optional(),
    }),
    output: script,
  },
  /** The folders in which scripts lie, the main one first. */
  'scripts.folders': { input: z.strictObject({}), output: z.array(folder) },
  /** Adds a folder, or changes the one of that name; its scripts are called `@name/…`. */
  'scripts.addFolder': {
    input: z.strictObject({
      path: z.string().min(1).max(4096),
      /** The name of the folder itself, if not given. */
      name: folderName.optional(),
      approve: z.enum(['people', 'owner']).optional(),
    }),
    output: z.array(folder),
  },
  /** Looks into a folder no more; what lies in it stays there. */
  'scripts.removeFolder': { input: z.strictObject({ name: folderName }), output: z.array(folder) },
  /** The script that an execution ran, as it was then. */
  'executions.source': {
    input: z.strictObject({ execution: reference }),
    output: z.object({ script: z.string(), digest: z.string(), files: z.array(source) }),
  },
}
