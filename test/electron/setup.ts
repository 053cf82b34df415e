/** Before the tests in a window: a runtime, a display, and the application to start; or why there are none. */
import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDisplay } from '../../scripts/electron-runtime/display.ts'
import { provideRuntime, type Runtime } from '../../scripts/electron-runtime/index.ts'
import { stageApplication } from '../../scripts/electron-runtime/stage.ts'

declare module 'vitest' {
  interface ProvidedContext {
    electron:
      | { executable: string; application: string; display: Record<string, string> }
      | { reason: string }
  }
}

const ROOT = resolve(import.meta.dirname, '../..')

export default async function setup(project: TestProject): Promise<() => void> {
  const undo: (() => void)[] = []
  try {
    if (!existsSync(resolve(ROOT, 'out/main/main.js')))
      throw new Error('the application is not built: npm run build')
    const runtime = await findRuntime()
    const display = await openDisplay()
    undo.push(display.close)
    const application = stageApplication(ROOT, runtime.sqlite)
    undo.push(() => rmSync(application, { recursive: true, force: true }))
    const { executable } = runtime
    project.provide('electron', { executable, application, display: display.environment })
    console.log(`Windows are tested in ${executable}, from ${runtime.from}`)
  } catch (thrown) {
    const reason = (thrown as Error).message
    project.provide('electron', { reason })
    console.log(`Windows are not tested: ${reason}`)
  }
  return () => undo.forEach((step) => step())
}

async function findRuntime(): Promise<Runtime> {
  const given = process.env.JOBDECK_TEST_ELECTRON
  return given ? { executable: given, from: 'JOBDECK_TEST_ELECTRON' } : provideRuntime()
}
