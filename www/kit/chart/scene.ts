/** What a chart of lines draws between its axes, on its canvas and in its file alike. */
import { lastIndex, readOut, valueAt, type ChartCurve, type Point, type ReferenceLine } from './curves';
import { spread, type EndLabel } from './labels';
import { area, isDense, outline, toX, toY, type Frame } from './outline';
import type { Painter, Stroke } from './painter';
import { PENCIL, pencilColumns, pencilStroke } from './pencil';

/** Room between a line's end and its label, and beyond it. */
export const LABEL_GAP = 10;
export const LABEL_END = 4;
/** Dashes of a line to compare with that has none of its own. */
export const REFERENCE: readonly number[] = [5, 4];
/** Between the middles of labels, in their size. */
const LABEL_LEADING = 1.3;

export interface Scene {
  readonly curves: readonly ChartCurve[];
  readonly references: readonly ReferenceLine[];
  /** What was drawn by hand, and what is said of it at its end. */
  readonly pencil: readonly Point[];
  readonly pencilName: string;
  formatY(y: number): string;
  /** A CSS colour with its custom properties resolved. */
  resolve(colour: string): string;
  /** Size of its text, in pixels. */
  readonly size: number;
  /** Whether lines have their names at their ends. */
  readonly labelled: boolean;
}

export const labelOf = ({ name, end }: ChartCurve): string | null => (end === undefined ? name : end);

/** Noise is drawn the fainter the more curves have it, so that it never covers what lies in it. */
const rawAlpha = (many: number): number => Math.max(0.12, 0.3 / Math.sqrt(many));

export function paintReferences(painter: Painter, frame: Frame, { references, formatY, resolve, size }: Scene): void {
  const [colour, halo] = [resolve('var(--ink-2)'), resolve('var(--paper)')];
  const right = frame.left + frame.width;
  const labels = references.flatMap(({ name, y, dash = REFERENCE, keyed }): EndLabel[] => {
    const at = toY(frame, y);
    painter.line([frame.left, at, right, at], { colour, width: 1.2, dash });
    return keyed ? [] : [{ x: right - 8, y: at - 0.75 * size, text: `${name} ${formatY(y)}`, colour }];
  });
  for (const { x, y, text } of spread(labels, size * LABEL_LEADING, frame.top, frame.top + frame.height)) painter.text(x, y, text, { colour, size, anchor: 'end', halo });
}

export function paintCurves(painter: Painter, frame: Frame, scene: Scene): void {
  const { curves, pencil, resolve } = scene;
  const paper = resolve('var(--paper)');
  const raws = curves.filter(({ series }) => series.some(({ style }) => style === 'raw')).length;
  for (const { series, colour: name } of curves) {
    const colour = resolve(name);
    for (const { style, x, y, to, alpha } of series) {
      if (style === 'band' && to) painter.area(area(x, y, to, frame), colour, alpha ?? 0.18);
      if (style === 'raw') paintRaw(painter, frame, x, y, { colour, width: 1, alpha: alpha ?? rawAlpha(raws) });
    }
  }
  for (const { series, colour: name, dash = [] } of curves) {
    const colour = resolve(name);
    for (const { style, x, y, width, alpha = 1, lead = 0 } of series) {
      if (style !== 'line' && style !== 'points') continue;
      const stroke: Stroke = { colour, dash, alpha, width: width ?? (style === 'line' ? 1.6 : 2.6) };
      for (const piece of outline(x, y, frame)) painter.line(piece, stroke);
      if (style === 'points') rings(painter, frame, x, y, lead, { colour, width: 2 }, paper);
    }
  }
  for (const { branch, colour } of curves) if (branch) diamond(painter, toX(frame, branch.x), toY(frame, branch.y), resolve(colour), paper);
  if (pencil.length > 0) {
    const stroke = pencilStroke(resolve(PENCIL));
    const { x, y } = pencilColumns(pencil);
    for (const piece of outline(x, y, frame)) painter.line(piece, stroke);
    if (pencil.length === 1) painter.circle(toX(frame, pencil[0]!.x), toY(frame, pencil[0]!.y), 2.5, stroke.colour);
  }
  if (scene.labelled) paintEnds(painter, frame, scene);
}

/** Noise: as a line or, where that would cross itself in every column of pixels, as the area that it fills. */
function paintRaw(painter: Painter, frame: Frame, x: ArrayLike<number>, y: ArrayLike<number>, stroke: Stroke): void {
  if (isDense(x, frame)) painter.area(area(x, y, y, frame), stroke.colour, stroke.alpha);
  else for (const piece of outline(x, y, frame)) painter.line(piece, stroke);
}

/** Pixels between two rings, at least: of what is denser, not all have one. */
const RING_GAP = 9;

function rings(painter: Painter, frame: Frame, x: ArrayLike<number>, y: ArrayLike<number>, lead: number, edge: Stroke, fill: string): void {
  let before = -Infinity;
  for (let i = lead; i < x.length; i++) {
    const at = toX(frame, x[i]!);
    if (!Number.isFinite(y[i]) || (at - before < RING_GAP && i < x.length - 1)) continue;
    painter.circle(at, toY(frame, y[i]!), 3.5, fill, edge);
    before = at;
  }
}

/** Marks where a curve leaves another. */
function diamond(painter: Painter, x: number, y: number, colour: string, halo: string): void {
  const size = 5.5;
  painter.area([x, y - size, x + size, y, x, y + size, x - size, y], colour, 1, { colour: halo, width: 1.5 });
}

/** A place for a label on neither of some lines across the plot. */
function besideLines(y: number, lines: readonly number[], room: number): number {
  const line = lines.find((at) => Math.abs(at - y) < room);
  return line === undefined ? y : line + (y > line ? room : -room);
}

function paintEnds(painter: Painter, frame: Frame, scene: Scene): void {
  const { curves, references, pencil, pencilName, formatY, resolve, size } = scene;
  const lines = references.map(({ y }) => toY(frame, y));
  const labels = curves.flatMap((curve): EndLabel[] => {
    const label = labelOf(curve);
    const series = readOut(curve).findLast((one) => lastIndex(one) >= 0);
    if (label === null || !series) return [];
    const at = lastIndex(series);
    const y = series.y[at]!;
    const x = toX(frame, series.x[at]!) + LABEL_GAP;
    return [{ x, y: x < frame.left + frame.width ? besideLines(toY(frame, y), lines, 0.75 * size) : toY(frame, y), text: `${label} ${formatY(valueAt(series, null, null) ?? y)}`, colour: resolve(curve.colour) }];
  });
  const last = pencil.at(-1);
  if (last && pencilName !== '') labels.push({ x: toX(frame, last.x) + LABEL_GAP, y: toY(frame, last.y), text: pencilName, colour: resolve(PENCIL) });
  const halo = resolve('var(--paper)');
  for (const { x, y, text, colour } of spread(labels, size * LABEL_LEADING, frame.top, frame.top + frame.height)) {
    painter.text(x, y, text, { colour, size, bold: true, halo });
  }
}
