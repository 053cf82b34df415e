const CONTROLS = 'input, select, textarea, button, summary'

/**
 * Once it is drawn, the first thing that is wrong comes into sight and gets the focus; of a group, the first control.
 * @param form a selector of the form that it is in
 */
export function showFirstError(form: string): void {
  // What is shown after an answer may be drawn only with the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => showNow(form)))
}

function showNow(form: string): void {
  const wrong = document.querySelector<HTMLElement>(
    `${form} :is([aria-invalid=true], .field-error, .note.bad)`,
  )
  if (!wrong) return
  for (let at = wrong.closest('details'); at; at = at.parentElement?.closest('details') ?? null)
    at.open = true
  const control = wrong.matches(CONTROLS) ? wrong : wrong.querySelector<HTMLElement>(CONTROLS)
  // A text that no control is tied to can have the focus for once.
  if (!control) wrong.tabIndex = -1
  wrong.scrollIntoView({ block: 'center' })
  ;(control ?? wrong).focus({ preventScroll: true })
}
