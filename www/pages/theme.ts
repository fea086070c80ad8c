/** Light or dark: the system's choice until the visitor makes one. */
import type { StoragePort, Theme } from '../shell/ports';
import { Choice } from './choice';

/** In the order in which a button goes through them. */
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export const pageTheme = (storage: StoragePort): Choice<Theme> => new Choice(storage, 'tinyai-theme', THEMES, 'auto');

/**
 * Gives a page the theme that is chosen, until the function that is returned is called. It stands in `data-theme` at the page's root, from
 * where the kit's tokens, which the page has to have adopted, hand down colours and `color-scheme`, though not onto paper.
 */
export function showTheme(theme: Choice<Theme>, root: HTMLElement): () => void {
  return theme.follow((current) => {
    if (current === 'auto') delete root.dataset.theme;
    else root.dataset.theme = current;
  });
}
