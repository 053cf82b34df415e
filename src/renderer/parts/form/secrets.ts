import { useEffect, useState } from 'react'
import { client } from '../../client.ts'

/** The names of the secrets that there are; none where they cannot be read. */
export function useSecretNames(): string[] {
  const [names, setNames] = useState<string[]>([])
  useEffect(() => {
    let isOver = false
    client.request('secrets.list', {}).then(
      (secrets) => isOver || setNames(secrets.map(({ name }) => name)),
      () => {},
    )
    return () => {
      isOver = true
    }
  }, [])
  return names
}
