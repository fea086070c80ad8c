/** Marks where a fork leaves the run that it is a fork of. */
import type uPlot from 'uplot';

/** Pixels from the middle to a corner. */
const SIZE = 5.5;

/** Draws a small diamond at a place of the canvas. */
export function drawBranch({ ctx }: uPlot, x: number, y: number, colour: string, halo: string): void {
  const size = SIZE * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = halo;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}
