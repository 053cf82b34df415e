import { createRoot } from 'react-dom/client'
import './style.css'
import { hurry } from './client.ts'
import { speak } from './language.ts'
import { followTheme } from './state/preferences.ts'
import { Frame } from './views/Frame.tsx'

followTheme()
await speak()
createRoot(document.getElementById('root')!).render(<Frame />)

// Whoever comes back to the window does not want to wait for the next try.
for (const event of ['focus', 'online']) window.addEventListener(event, hurry)
