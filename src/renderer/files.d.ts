declare module '*?raw' {
  const text: string
  export default text
}
declare module '*.css'

interface ImportMeta {
  /** Of the bundler: every file that fits. */
  glob<T>(pattern: string, options: { eager: true; import: 'default' }): Record<string, T>
}
