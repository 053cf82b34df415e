import { readdirSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { audit } from '../support/audit.ts'
import { HostProcess, carriers } from '../support/host.ts'
import { seeded } from '../support/seeded.ts'
import { workplace } from '../support/workplace.ts'

/** How many hosts of a deck are killed, and how many live at once. */
const DECKS = [
  [60, 4],
  [60, 4],
  [60, 4],
  [20, 1],
] as const

const FIRST_SEED = Number(process.env.JOBDECK_TEST_SEED ?? Date.now() % 1_000_000)

/** Most die soon after they are there, some later: in ms. */
const lifetime = (random: () => number) => random() * (random() < 0.8 ? 300 : 1500)

test.each(DECKS.map(([kills, atOnce], index) => ({ kills, atOnce, seed: FIRST_SEED + index })))(
  'hosts killed at any moment leave no run open, doubled, forgotten or claimed to be done that is not (seed $seed)',
  async ({ kills, atOnce, seed }) => {
    const { folder, file, env, calm } = workplace()
    const random = seeded(seed)
    const begun = performance.now()

    let killed = 0
    async function lane(): Promise<void> {
      while (killed++ < kills) {
        const host = new HostProcess('storm', [file, folder, Math.floor(random() * 2 ** 31)], { env })
        await host.line('ready')
        await wait(lifetime(random))
        await host.kill()
        // It must be our signal that ended it, and it must have had nothing to complain of.
        expect(await host.ended).toEqual({ code: null, signal: 'SIGKILL', stderr: '' })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    calm()
    const last = new HostProcess('storm', [file, folder, seed, 'calm'], { env })
    expect(await last.ended).toEqual({ code: 0, signal: null, stderr: '' })

    const { faults, ...figures } = audit(file, folder, atOnce === 1)
    console.log(`${kills} kills in ${Math.round(performance.now() - begun)} ms`, JSON.stringify(figures))
    expect(faults).toEqual([])
    expect(figures.states).toMatchObject({ completed: expect.any(Number), interrupted: expect.any(Number) })
    await expect.poll(() => carriers(folder), { timeout: 10_000 }).toEqual([])
    expect(readdirSync(`${file}-files/hosts`)).toEqual(['planner.lock'])
  },
)
