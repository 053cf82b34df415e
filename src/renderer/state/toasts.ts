/** What was done, said for a moment, with the way back where there is one. */
import { Toast } from '@base-ui/react/toast'
import { attempt } from './notices.ts'

export const toasts = Toast.createToastManager()

/** In ms: long enough to read it and to reach the button. */
const SHOWN = 10_000

/**
 * @param text what was done, in the language of the window
 * @param undo takes it back; `label` is the text of its button
 */
export function tellDone(text: string, undo?: { label: string; run: () => Promise<unknown> }): void {
  const id = toasts.add({
    title: text,
    timeout: SHOWN,
    ...(undo && {
      actionProps: {
        children: undo.label,
        onClick() {
          toasts.close(id)
          void attempt(undo.run)
        },
      },
    }),
  })
}
