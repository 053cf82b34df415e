/** What is asked above the view: a confirmation, parameters of a run. One at a time. */
import { create } from 'zustand'
import type { Job, Parameters } from '../../shared/contract.ts'

export interface Question {
  title: string
  text: string
  /** What the button says that goes on. */
  action: string
}

interface DialogsState {
  question: (Question & { answer: (goesOn: boolean) => void }) | null
  /** The job that is to be run, with the parameters to begin with. */
  run: { job: Job; params: Parameters } | null
  isPaletteOpen: boolean
  isHelpOpen: boolean
}

export const useDialogs = create<DialogsState>(() => ({
  question: null,
  run: null,
  isPaletteOpen: false,
  isHelpOpen: false,
}))

/** Asks before something that cannot be undone; resolves with whether to go on. */
export function confirm(question: Question): Promise<boolean> {
  const asked = Promise.withResolvers<boolean>()
  const answer = (goesOn: boolean) => {
    useDialogs.setState({ question: null })
    asked.resolve(goesOn)
  }
  useDialogs.getState().question?.answer(false)
  useDialogs.setState({ question: { ...question, answer } })
  return asked.promise
}

/** Asks for the parameters of a run, and starts it. */
export const askToRun = (job: Job, params: Parameters = job.params): void =>
  useDialogs.setState({ run: { job, params } })

export const openPalette = (): void => useDialogs.setState({ isPaletteOpen: true })
export const openHelp = (): void => useDialogs.setState({ isHelpOpen: true })
