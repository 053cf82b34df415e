/** The conditions of a query that is put together from what is asked for. */
export class Conditions {
  readonly #texts: string[] = []
  readonly #values: unknown[] = []

  /** One more; left out where its only value is undefined. */
  add(text: string, ...values: unknown[]): this {
    return values.length === 1 && values[0] === undefined ? this : this.#push(text, values)
  }

  #push(text: string, values: unknown[]): this {
    this.#texts.push(text)
    this.#values.push(...values)
    return this
  }

  join({ text, values }: Conditions): this {
    return text === 'true' ? this : this.#push(text, values)
  }

  get text(): string {
    return this.#texts.length === 0 ? 'true' : this.#texts.join(' and ')
  }

  get values(): unknown[] {
    return this.#values
  }
}

/** Words of the contract as literals, so that SQLite sees which partial index they fit. */
export const among = (column: string, words: readonly string[]): string =>
  `${column} in (${words.map((word) => `'${word}'`).join(', ')})`

/** A count that goes no further than a thousand is quick, however many there are. */
export const COUNTED = 1000
