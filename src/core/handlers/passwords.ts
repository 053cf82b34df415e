/** Which values of parameters are passwords, by their schema. */

type Schema = Record<string, unknown>

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keywords whose schemas are about the same value. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas'] as const

/** The texts and numbers that a schema says are of `format: "password"`, as text. */
export function passwordsIn(schema: Schema, value: unknown): string[] {
  const found = new Set<string>()
  visit(schema, value, new Set())
  return [...found]

  /** @param seen the schemas that were looked at for this value: one may refer to itself */
  function visit(part: unknown, of: unknown, seen: Set<Schema>): void {
    if (!isSchema(part) || of === undefined || seen.has(part)) return
    seen.add(part)
    if (part.format === 'password') for (const leaf of leavesOf(of)) found.add(leaf)
    if (typeof part.$ref === 'string') visit(target(schema, part.$ref), of, seen)
    for (const keyword of SAME_VALUE) {
      const inner = part[keyword]
      for (const one of isSchema(inner) && keyword === 'dependentSchemas'
        ? Object.values(inner)
        : [inner].flat())
        visit(one, of, seen)
    }
    if (Array.isArray(of)) visitItems(part, of)
    else if (isSchema(of)) visitProperties(part, of)
  }

  function visitItems({ prefixItems = [], items, contains }: Schema, values: unknown[]): void {
    const first = prefixItems as unknown[]
    for (const [index, item] of values.entries())
      for (const one of [index < first.length ? first[index] : items, contains]) visit(one, item, new Set())
  }

  function visitProperties(
    { properties = {}, patternProperties = {}, additionalProperties, unevaluatedProperties }: Schema,
    values: Schema,
  ): void {
    for (const [name, item] of Object.entries(values)) {
      const patterns = Object.entries(patternProperties as Schema).filter(([pattern]) => fits(pattern, name))
      const own = Object.hasOwn(properties as Schema, name) ? [(properties as Schema)[name]] : []
      const named = [...own, ...patterns.map(([, one]) => one)]
      const any = named.length > 0 ? named : [additionalProperties, unevaluatedProperties]
      for (const one of any) visit(one, item, new Set())
    }
  }
}

function fits(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name)
  } catch {
    return false // that the schema is not valid is told elsewhere
  }
}

/** The part of a schema that a reference within it points to. */
const target = (schema: Schema, reference: string): unknown =>
  reference === '#'
    ? schema
    : reference.startsWith('#/')
      ? reference
          .slice(2)
          .split('/')
          .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
          .reduce<unknown>(
            (part, step) => (isSchema(part) && Object.hasOwn(part, step) ? part[step] : undefined),
            schema,
          )
      : undefined

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}
