/** Names at the ends of lines. */
import { extent } from '../extent';

export interface EndLabel {
  x: number;
  y: number;
  text: string;
  colour: string;
}

/** Moves labels apart, keeping their order, so that none covers another. All in CSS pixels. */
export function spread(labels: EndLabel[], gap: number, top: number, bottom: number): EndLabel[] {
  const placed = [...labels].sort((a, b) => a.y - b.y).map((label) => ({ ...label }));
  placed.forEach((label, i) => {
    label.y = Math.max(label.y, i === 0 ? top : placed[i - 1]!.y + gap);
  });
  for (let i = placed.length - 1, limit = bottom; i >= 0; i--, limit -= gap) placed[i]!.y = Math.min(placed[i]!.y, limit);
  return placed;
}

/** Pixels that the longest of some labels takes, in a CSS font. */
export function widest(texts: readonly string[], font: string): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return 0;
  context.font = font;
  return extent(texts.map((text) => context.measureText(text).width))?.[1] ?? 0;
}
