/** Exit codes; 124 and 130 are those of timeout(1) and of a shell after Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, usage: 2, timeout: 124, cancelled: 130 } as const

/** Exit codes of what was ended by these signals: 128 and their numbers. */
export const SIGNAL_EXIT = { SIGINT: EXIT.cancelled, SIGTERM: 143, SIGHUP: 129 } as const
