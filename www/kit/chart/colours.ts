/** Colours of a component as something outside of its styles needs them: a canvas, a file. */

/** Does something in the colours of a theme, which are not shown: they are that theme's only until it returns. */
export function inTheme<T>(component: HTMLElement, theme: 'light' | 'dark', act: () => T): T {
  const before = component.getAttribute('theme');
  component.setAttribute('theme', theme);
  try {
    return act();
  } finally {
    if (before === null) component.removeAttribute('theme');
    else component.setAttribute('theme', before);
  }
}

/** A CSS colour with its custom properties resolved, as they are within an element. */
export function resolved(within: HTMLElement, colour: string): string {
  within.style.color = colour;
  const found = getComputedStyle(within).color;
  within.style.color = '';
  return found;
}
