/** The thread in which lines are searched for a regular expression; it is ended where that takes too long. */
import type { Question } from './log-marks.ts'
import { marksOf } from './log-search.ts'

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  const { wanted, texts } = data
  self.postMessage(texts.map((text) => marksOf(text, wanted)))
})
