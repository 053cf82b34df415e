// Jobdeck as a library: a one-time job with live progress, and a command in a process of its own.
// Run it with: npx node examples/library.ts [DATABASE]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as doWork } from 'node:timers/promises'
import { open } from 'jobdeck'

const deck = await open({
  file: process.argv[2] ?? join(mkdtempSync(join(tmpdir(), 'jobdeck-')), 'jobs.db'),
})

// Create an in-process one-time job
const job = deck.once('in-process', { name: 'Example job', description: 'This is an example job' })

// Add a handler function
job.add(1, async (execution) => {
  execution.info('Job started')
  execution.setProgress(50, 'In progress…')

  // Do the work
  await doWork(1000, undefined, { signal: execution.signal })

  execution.setProgress(100, 'Completed')
  execution.info('Job completed')
  return { rows: 12 }
})

job.onProgress(({ progress, message }) => console.log(`${progress} % ${message ?? ''}`))

// Start the job: resolves when it is queued
const [execution] = await job.start()
for await (const { level, message } of execution!.logs({ follow: true })) console.log(`${level}: ${message}`)
const { status, result } = await job.finished()
console.log(`${status} with ${JSON.stringify(result)}`)

// Another one, in a process of its own
const command = deck.once('process', { name: 'Disk use', timeout: '30s' })
command.add(1, { command: ['du', '-sh', '.'] })
const [run] = await command.start()
for await (const { message } of run!.logs({ follow: true })) console.log(message)
console.log((await command.finished()).status)

await deck.close()
