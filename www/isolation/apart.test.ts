import { expect, test } from 'vitest';
import { isApart } from './apart';

test.each([
  ['/site/embed/', '/site/', true],
  ['/site/examples/frame.html', '/site/', true],
  ['/embed/', '/', true],
  ['/examples/tinyai/labs/parallel/', '/examples/tinyai/', false],
  ['/examples/tinyai/embed/', '/examples/tinyai/', true],
  ['/site/labs/embed/', '/site/', false],
])('%s of the site at %s: %s', (page, site, apart) => {
  expect(isApart(page, site)).toBe(apart);
});
