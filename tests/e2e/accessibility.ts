/** What axe-core finds wrong for those who cannot see a page, or not well. */
import { AxeBuilder, type Page } from '../../www/testing';

/** Success criteria of WCAG 2.2, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Every violation of the page as it is now: the rule, where, and how to mend it; none if all is well. */
export const violations = (page: Page): Promise<string[]> => found(axe(page).withTags(TAGS));

/** The same in both themes, which differ in the contrast of colours alone; the page is left in the light one. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await found(axe(page).withRules(['color-contrast']));
  await page.emulateMedia({ colorScheme: 'light' });
  return [...(await violations(page)), ...dark.map((violation) => `dark: ${violation}`)];
}

// A third of the time: what passes is not described, and where all is in one frame no page of its own is opened to put frames together.
function axe(page: Page): AxeBuilder {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  return page.frames().length === 1 ? axe.setLegacyMode() : axe;
}

async function found(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join('; ')}`);
}
