/** What can be measured of a page's looks, through all shadow roots. */
import type { Page } from '../../www/testing';

/** No text of the site is smaller, in CSS pixels. */
export const LEAST_TEXT = 14;
/** What a finger presses is at least as high, in CSS pixels. */
export const LEAST_TARGET = 44;

/** Every visible text that is smaller than `least`, with its size; SVG's as it is drawn. */
export const smallText = (page: Page, least = LEAST_TEXT): Promise<string[]> =>
  page.evaluate((least) => {
    const found: string[] = [];
    const visible = (element: Element): boolean => {
      const { width, height } = element.getBoundingClientRect();
      const { visibility, opacity, clipPath } = getComputedStyle(element);
      return width > 1 && height > 1 && visibility === 'visible' && opacity !== '0' && !clipPath.startsWith('inset(50%');
    };
    const visit = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (element.matches('style, script, title, desc, option, noscript')) continue;
        const text = [...element.childNodes].flatMap((node) => (node.nodeType === Node.TEXT_NODE ? node.textContent!.trim() : [])).join(' ').trim();
        const typed = element instanceof HTMLInputElement && /text|search|number/.test(element.type);
        if ((text === '' && !typed) || !visible(element)) continue;
        // The length of the second column, so that what is turned counts, too.
        const drawn = element instanceof SVGTextContentElement ? element.getScreenCTM() : null;
        const scale = drawn ? Math.hypot(drawn.c, drawn.d) : 1;
        const size = scale * parseFloat(getComputedStyle(element).fontSize);
        if (size < least - 0.01) found.push(`${size.toFixed(1)} px: ${element.localName}.${element.getAttribute('class') ?? ''} “${text.slice(0, 40)}”`);
      }
    };
    visit(document);
    return found;
  }, least);

/** Every visible control that is lower than `least`; a control in a label counts with it. */
export const lowControls = (page: Page, least = LEAST_TARGET): Promise<string[]> =>
  page.evaluate((least) => {
    const found: string[] = [];
    const visit = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, select, summary, input, textarea, a[href]')) continue;
        const { visibility, clipPath } = getComputedStyle(element);
        const boxes = [element, ...((element as HTMLInputElement).labels ?? [])].map((each) => each.getBoundingClientRect());
        const height = Math.max(...boxes.map((box) => box.height));
        if (visibility !== 'visible' || clipPath.startsWith('inset(50%') || boxes[0]!.width <= 1 || boxes[0]!.height <= 1 || boxes[0]!.right < 0) continue;
        if (height < least - 0.5) found.push(`${height.toFixed(0)} px: ${element.localName}.${element.getAttribute('class') ?? ''} “${(element.textContent ?? '').trim().slice(0, 30)}” in ${(root as ShadowRoot).host?.localName ?? 'page'}`);
      }
    };
    visit(document);
    return found;
  }, least);
