/** The text as a LIKE pattern that means just itself, with `\` as the escape character. */
export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)
