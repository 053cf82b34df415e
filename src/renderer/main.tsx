import { createRoot } from 'react-dom/client'

/** The window before its views exist: says where the work can be done meanwhile. */
function Placeholder() {
  return (
    <p>
      The window is being built. Until then, jobs are run and looked at from the command line:{' '}
      <code>jobdeck --help</code>
    </p>
  )
}

createRoot(document.getElementById('root')!).render(<Placeholder />)
