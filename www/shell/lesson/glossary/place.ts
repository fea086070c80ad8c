/** Where a card goes so that nothing of it is cut off. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Pixels between a term and its card, and between a card and the window's edge. */
const GAP = 4;
const EDGE = 8;

/** Left and top of a card: below its term where there is room, above it where there is more; never beyond the window's sides. */
export function placeCard(term: Box, card: { width: number; height: number }, window: { width: number; height: number }): { left: number; top: number } {
  const left = Math.max(EDGE, Math.min(term.left, window.width - EDGE - card.width));
  const below = term.top + term.height + GAP;
  const above = term.top - GAP - card.height;
  const fits = below + card.height <= window.height - EDGE;
  const roomAbove = term.top > window.height - (term.top + term.height);
  return { left, top: fits || !roomAbove ? below : Math.max(EDGE, above) };
}
