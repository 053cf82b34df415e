/** A name that no other job has: with a number after it, where it is taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (name === '' || !isTaken(name)) return name
  for (let number = 2; ; number++) if (!isTaken(`${name} ${number}`)) return `${name} ${number}`
}
