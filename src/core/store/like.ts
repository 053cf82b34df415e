/** The text as a LIKE pattern that means just itself, with `\` as the escape character. */
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)

/** Text as it is compared when it is looked for: whatever the case of letters, in any script. */
export const fold = (text: string): string => text.normalize('NFKC').toLowerCase()

/** A pattern for what was folded that contains the text. */
export const containing = (text: string): string => `%${escapeLike(fold(text))}%`
