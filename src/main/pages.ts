/** Which file an address of the window's own scheme means, and how it is sent. */
import { realpathSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

export const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://jobdeck`

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** Nothing is loaded, run, framed or sent but what comes with the application. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const headersOf = (file: string): Record<string, string> => ({
  'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
})

/**
 * The file within the folder that is meant; undefined for whatever else, however it is written, and for what a link
 * leads out to.
 */
export function fileOf(folder: string, address: string): string | undefined {
  const path = pathOf(address)
  if (path === undefined) return undefined
  try {
    const within = realpathSync(folder) + sep
    const file = realpathSync(join(folder, path === '/' ? 'index.html' : path))
    return file.startsWith(within) && statSync(file).isFile() ? file : undefined
  } catch {
    return undefined
  }
}

function pathOf(address: string): string | undefined {
  let path: string
  try {
    const url = new URL(address)
    if (url.protocol !== `${SCHEME}:` || url.host !== 'jobdeck') return undefined
    path = decodeURIComponent(url.pathname)
  } catch {
    return undefined
  }
  // What is encoded twice stays encoded, and names no file.
  const isPlain = !/[\\\0:]/.test(path) && path.split('/').every((part) => part !== '..' && part !== '.')
  return isPlain ? path : undefined
}
