/** Showing a page to a hall: larger text, no form, and keys to go from block to block; as long as the tab lives. */
import type { StoragePort } from '../shell/ports';
import { PRESENT_MOVE, type PresentMove } from '../shell/presenting';
import { Choice } from './choice';

export type Presenting = 'off' | 'on';

/** `tab`: what is remembered as long as the tab lives. */
export const pagePresenting = (tab: StoragePort): Choice<Presenting> => new Choice(tab, 'tinyai-present', ['off', 'on'], 'off');

/** Whatever takes keys itself. */
const TAKES_KEYS = 'input, select, textarea, dialog, [contenteditable], [role=slider], [role=tab], [role=menuitem], [role=option], [role=radio]';

/**
 * Shows a page as is chosen, by `data-present` at its root, until the function that is returned is called. While it is presented Escape
 * and P end that, and the arrow keys left and right tell the window to move (`PRESENT_MOVE`); outside of fields, and unless somebody else
 * has taken the key. No letter alone does anything to a page that is not presented (WCAG 2.1.4).
 */
export function showPresenting(presenting: Choice<Presenting>, window: Window): () => void {
  const root = window.document.documentElement;
  const unfollow = presenting.follow((current) => {
    if (current === 'on') root.dataset.present = '';
    else delete root.dataset.present;
  });
  const move = (detail: 1 | -1): void => void window.dispatchEvent(new CustomEvent(PRESENT_MOVE, { detail }) satisfies PresentMove);
  const keys: Record<string, () => void> = {
    Escape: () => presenting.choose('off'),
    p: () => presenting.choose('off'),
    ArrowLeft: () => move(-1),
    ArrowRight: () => move(1),
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.composedPath().some((target) => (target as Partial<Element>).matches?.(TAKES_KEYS))) return;
    const act = presenting.current === 'on' ? keys[event.key === 'P' ? 'p' : event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  };
  window.addEventListener('keydown', pressed);
  return () => {
    unfollow();
    window.removeEventListener('keydown', pressed);
  };
}
