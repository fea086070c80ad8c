/** What a visitor sees and does, through the shadow roots of the page's elements. Each runs in the page and knows only its arguments. */

/** Text of the first element that matches `host part`, whatever shadow roots lie between; empty if there is none. */
export function textOf(selector: string): string {
  const [host, part] = selector.split(' ') as [string, string];
  const search = (root: ParentNode): Element | null => {
    const found = root.querySelector(host);
    if (found) return found;
    for (const { shadowRoot } of root.querySelectorAll('*')) {
      const inside = shadowRoot && search(shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  const found = search(document);
  const text = (found?.shadowRoot ?? found)?.querySelector(part)?.textContent ?? '';
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Presses the button of that name, once it can be pressed; whether it could. */
export function press(name: string): boolean {
  const buttons = (root: ParentNode): HTMLButtonElement[] => [
    ...root.querySelectorAll('button'),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? buttons(shadowRoot) : [])),
  ];
  const pattern = new RegExp(name);
  const button = buttons(document).find((button) => !button.disabled && button.getAttribute('aria-disabled') !== 'true' && pattern.test(button.ariaLabel ?? button.textContent!.trim()));
  button?.click();
  return button !== undefined;
}
