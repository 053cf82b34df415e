import { expect, test } from 'vitest'
import { linkIn, parseLink } from '../../src/main/links.ts'

test('a link names a run', () => {
  expect(parseLink('jobdeck://run/123')).toEqual({ run: 123 })
  expect(parseLink('jobdeck://run/7/')).toEqual({ run: 7 })
  expect(linkIn(['/opt/jobdeck', '--flag', 'jobdeck://run/5'])).toEqual({ run: 5 })
})

test.each([
  'jobdeck://run/0',
  'jobdeck://run/-1',
  'jobdeck://run/1e3',
  'jobdeck://run/1234567890123456',
  'jobdeck://run/12/stop',
  'jobdeck://run/12?stop',
  'jobdeck://stop/12',
  'jobdeck:run/12',
  ' jobdeck://run/12',
  'JOBDECK://run/12\n',
  'https://run/12',
  '--jobdeck://run/12',
])('%j means nothing: links come from anywhere', (link) => {
  expect(parseLink(link)).toBeUndefined()
})
