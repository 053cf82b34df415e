/** A module that does no more than what every bundled one begins with; see `rehearse`. */
import { createRequire } from 'node:module'

createRequire(import.meta.url)

export default () => {}
