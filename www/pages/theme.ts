/** Light or dark: the system's choice until the visitor makes one. */
export type Theme = 'auto' | 'light' | 'dark';

const STORAGE_KEY = 'tinyai-theme';

/** The visitor's choice. */
export function theme(): Theme {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

/** Makes and remembers a choice; charts drawn on a canvas hear of it. */
export function setTheme(next: Theme): void {
  if (next === 'auto') localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, next);
  showTheme();
  window.dispatchEvent(new Event('themechange'));
}

/** Applies the choice to the page. */
export function showTheme(): void {
  const chosen = theme();
  if (chosen === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
