import type { Job } from '../../../shared/contract.ts'

/** For comparing names, whatever their case. */
export const fold = (text: string) => text.trim().toLocaleLowerCase()

/** The job with that name, or the only one that has it in its name. */
export function jobNamed(jobs: readonly Pick<Job, 'id' | 'name'>[], typed: string): string | undefined {
  const sought = fold(typed)
  const same = jobs.find(({ name }) => fold(name) === sought)
  if (same) return same.id
  const fitting = jobs.filter(({ name }) => fold(name).includes(sought))
  return fitting.length === 1 ? fitting[0]!.id : undefined
}
