/** What a chart of points draws: its axes, the front, and its points with their names. */
import type { Sheet } from '../picture-element';
import { toX, toY, type Frame } from '../outline';
import type { Painter } from '../painter';
import { decimals, place, ticks, type Axis } from './axis';
import { paintMark, type MarkShape } from './marks';
import { leader, namePlaces } from './name-places';
import { isKnown, staircase, type Known } from './pareto';

/** One thing that is compared with others. What is null, or not finite, was not measured. */
export interface ScatterPoint {
  readonly name: string;
  /** A CSS colour; custom properties are resolved where the chart stands. */
  readonly colour: string;
  readonly shape: MarkShape;
  readonly hollow?: boolean;
  readonly x: number | null;
  readonly y: number | null;
  /** Least and greatest of what was measured several times. */
  readonly rangeX?: readonly [number, number] | null;
  readonly rangeY?: readonly [number, number] | null;
  /** Which quantities they are, as `data-quantity` of numbers. */
  readonly quantityX?: string;
  readonly quantityY?: string;
}

/** What an axis measures, and how its numbers are written. */
export interface ScatterAxis {
  /** With its unit. */
  readonly name: string;
  /** The same without its unit, before a value that has one. */
  readonly what?: string;
  /** The same over values as they are, in a file, where those are in another unit. */
  readonly head?: string;
  /** Whether it is logarithmic, where all values are above zero. */
  readonly log: boolean;
  /** How much a one along the axis stands for, such as 2²⁰ bytes; 1 where it is left out. */
  readonly unit?: number;
  /** A measured value, with its unit. */
  format(value: number): string;
  /** A whole or round number, as it stands along the axis. */
  tick(value: number): string;
}

/** Its points are in the units of the axes. */
export interface ScatterScene {
  readonly points: readonly ScatterPoint[];
  readonly axisX: ScatterAxis;
  readonly axisY: ScatterAxis;
  /** How far the axes reach. */
  readonly across: Axis;
  readonly up: Axis;
}

const RADIUS = 6;
/** Width of the ends of whiskers, from their middle. */
const END = 4;

/** Where the axes lie on a sheet. */
export function frameOf({ axisY, across, up }: ScatterScene, { width, height, size, widthOf }: Sheet): Frame {
  const labels = written(up, axisY, ticksFor(height / (size * 3))).map(({ text }) => widthOf(text));
  const left = Math.max(2 * size, ...labels) + 2.4 * size;
  return { left, top: 0.8 * size, width: width - left - 0.9 * size, height: height - 4.2 * size, x: [across.low, across.high], y: [up.low, up.high] };
}

/** Numbers along an axis, with their text. */
function written(along: Axis, { tick }: ScatterAxis, most: number): { value: number; text: string }[] {
  const values = ticks(along, most);
  const digits = along.log ? 0 : decimals(values);
  return values.map((value) => ({ value, text: digits === 0 ? tick(value) : value.toFixed(digits) }));
}

const ticksFor = (room: number): number => Math.max(2, Math.min(8, Math.floor(room)));

export function paintAxes(painter: Painter, frame: Frame, { axisX, axisY, across, up }: ScatterScene, { height, size, resolve, widthOf }: Sheet): void {
  const [ink, rule] = [resolve('var(--ink-2)'), resolve('var(--rule)')];
  const bottom = frame.top + frame.height;
  const right = frame.left + frame.width;
  let most = ticksFor(frame.width / (size * 4.5));
  const wide = (): number => written(across, axisX, most).reduce((sum, { text }) => sum + widthOf(text) + size, 0);
  while (most > 2 && wide() > frame.width) most--;
  for (const { value, text } of written(across, axisX, most)) {
    const x = toX(frame, place(across, value));
    painter.line([x, frame.top, x, bottom + 5], { colour: rule, width: 1 });
    painter.text(x, bottom + 5 + 0.85 * size, text, { colour: ink, size, anchor: 'middle' });
  }
  for (const { value, text } of written(up, axisY, ticksFor(height / (size * 3)))) {
    const y = toY(frame, place(up, value));
    painter.line([frame.left - 5, y, right, y], { colour: rule, width: 1 });
    painter.text(frame.left - 9, y, text, { colour: ink, size, anchor: 'end' });
  }
  painter.text(frame.left + frame.width / 2, height - 0.9 * size, axisX.name, { colour: ink, size, anchor: 'middle' });
  painter.text(0.9 * size, frame.top + frame.height / 2, axisY.name, { colour: ink, size, anchor: 'middle', upwards: true });
}

/** Where a point lies; null: it was not measured, or lies nowhere on a logarithmic axis. */
export function spotOf(frame: Frame, { across, up }: Pick<ScatterScene, 'across' | 'up'>, point: ScatterPoint): Known | null {
  if (!isKnown(point)) return null;
  const at = { x: toX(frame, place(across, point.x)), y: toY(frame, place(up, point.y)) };
  return isKnown(at) ? at : null;
}

export function paintFront(painter: Painter, frame: Frame, { points, across, up }: ScatterScene, { resolve }: Sheet): void {
  const placed = points.map((point) => (isKnown(point) ? { x: place(across, point.x), y: place(up, point.y) } : { x: null, y: null }));
  const corners = staircase(placed, across.high, up.high);
  if (corners.length === 0) return;
  const edge = corners.map((value, i) => (i % 2 === 0 ? toX(frame, value) : toY(frame, value)));
  painter.area([...edge, frame.left + frame.width, frame.top], resolve('var(--ink-3)'), 0.07);
  painter.line(edge, { colour: resolve('var(--ink-2)'), width: 1.6, dash: [6, 4] });
}

export function paintPoints(painter: Painter, frame: Frame, scene: ScatterScene, sheet: Sheet): void {
  const { points, across, up } = scene;
  const { resolve, size } = sheet;
  const paper = resolve('var(--paper)');
  const there = points.flatMap((point) => {
    const at = spotOf(frame, scene, point);
    return at ? [{ point, at }] : [];
  });
  for (const { point, at } of there) {
    const stroke = { colour: resolve(point.colour), width: 1.4, alpha: 0.75 };
    if (point.rangeX) {
      const [low, high] = point.rangeX.map((value) => toX(frame, place(across, value))) as [number, number];
      painter.line([low, at.y, high, at.y], stroke);
      for (const x of [low, high]) painter.line([x, at.y - END, x, at.y + END], stroke);
    }
    if (point.rangeY) {
      const [low, high] = point.rangeY.map((value) => toY(frame, place(up, value))) as [number, number];
      painter.line([at.x, low, at.x, high], stroke);
      for (const y of [low, high]) painter.line([at.x - END, y, at.x + END, y], stroke);
    }
  }
  for (const { point, at } of there) paintMark(painter, point.shape, at.x, at.y, RADIUS, resolve(point.colour), paper, point.hollow);
  const bounds = { left: frame.left, top: frame.top, right: frame.left + frame.width, bottom: frame.top + frame.height };
  const named = there.map(({ point, at }) => ({ ...at, width: sheet.widthOf(point.name) }));
  const places = namePlaces(named, size, bounds);
  there.forEach(({ point }, i) => {
    const { x, y, anchor } = places[i]!;
    const line = leader(named[i]!, places[i]!, size);
    if (line) painter.line(line, { colour: resolve(point.colour), width: 1, alpha: 0.7 });
    painter.text(x, y, point.name, { colour: resolve(point.colour), size, bold: true, anchor, halo: paper });
  });
}
