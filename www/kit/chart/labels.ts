/** Writes the runs' names and last values at the ends of their lines, and the base model's loss on its line. */
import type uPlot from 'uplot';
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

/** Draws labels right of their points; `font` is a CSS font in CSS pixels. */
export function drawLabels(chart: uPlot, labels: EndLabel[], font: string, halo: string): void {
  const { ctx } = chart;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.scale(scale, scale);
  ctx.font = font;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  for (const { x, y, text, colour } of labels) {
    ctx.strokeStyle = halo;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }
  ctx.restore();
}

/** Draws a dashed line across the chart at a height, with its text above its left end. */
export function drawReference(chart: uPlot, y: number, text: string, colour: string, font: string, halo: string): void {
  const { ctx, bbox } = chart;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.2 * scale;
  ctx.setLineDash([5 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y * scale);
  ctx.lineTo(bbox.left + bbox.width, y * scale);
  ctx.stroke();
  ctx.restore();
  ctx.save();
  ctx.font = font;
  const width = ctx.measureText(text).width;
  ctx.restore();
  const x = (bbox.left + bbox.width) / scale - width - 8;
  drawLabels(chart, [{ x, y: y - 10, text, colour }], font, halo);
}
