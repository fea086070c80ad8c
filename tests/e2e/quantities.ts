/** All numbers of a page that say which quantity they are of, compared with each other. */
import { disagreements, type Place } from '../../www/shell/testing/agreement';
import { expect, type Page } from '../../www/testing';

/** How a number is said to compare with another. */
export const RATIO = /[+−][\d.]+%|[\d.]+×|1\/\d+|the same/;

/** What stands anywhere on the page, in shadow roots too. */
const places = (page: Page): Promise<Place[]> =>
  page.evaluate(() => {
    const within = (root: Document | ShadowRoot): HTMLDataElement[] => [
      ...root.querySelectorAll<HTMLDataElement>('data[data-quantity]'),
      ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : [])),
    ];
    return within(document).map(({ dataset, value, textContent }) => ({ quantity: dataset['quantity']!, value, text: textContent }));
  });

/**
 * Whether no two places of the page give different values for one quantity, once all that was told is drawn, and each of the named
 * quantities, such as `full/step_time`, stands in two places at least.
 */
export async function expectAgreement(page: Page, twice: readonly string[]): Promise<void> {
  await expect.poll(async () => disagreements(await places(page)), 'numbers that do not agree').toEqual([]);
  const shown = (await places(page)).map(({ quantity }) => quantity);
  for (const quantity of twice) expect(shown.filter((each) => each === quantity).length, `places of ${quantity} among ${[...new Set(shown)].join(', ')}`).toBeGreaterThan(1);
}
