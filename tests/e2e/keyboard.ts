/** Using a page by keyboard alone. */
import { expect, type Page } from '../../www/testing';

/** What has the focus, through all shadow roots: its tag, its words, and whether it can be seen. */
export interface Focused {
  tag: string;
  name: string;
  seen: boolean;
}

export const focused = (page: Page): Promise<Focused> =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    const element = active as HTMLElement | null;
    const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
    const name = element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '';
    const box = element?.getBoundingClientRect();
    return { tag: element?.tagName.toLowerCase() ?? '', name: name.replace(/\s+/g, ' ').trim(), seen: box !== undefined && box.width > 0 && box.height > 0 };
  });

/** Presses Tab until something of that name has the focus, which never falls to the page's body. */
export async function tabTo(page: Page, wanted: RegExp, most = 120): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const { tag, name } = await focused(page);
    expect(tag, `the focus after ${passed.at(-1) ?? 'the beginning'}`).not.toMatch(/^(body|html|)$/);
    if (wanted.test(name)) return;
    passed.push(`${tag} ${name.slice(0, 40)}`);
  }
  throw new Error(`nothing called ${wanted}: ${passed.join(' | ')}`);
}
