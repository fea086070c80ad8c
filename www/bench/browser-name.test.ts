import { expect, test } from 'vitest';
import { browserName } from './browser-name';

const CHROMIUM = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

test.each([
  [CHROMIUM, 'Chrome 140'],
  [`${CHROMIUM} Edg/140.0.3485.54`, 'Edge 140.0.3485.54'],
  [`${CHROMIUM} OPR/124.0.0.0`, 'Opera 124'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox 143'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15', 'Safari 18.6'],
  ['something else', 'something else'],
])('%s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
