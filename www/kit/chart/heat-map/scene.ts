/** A table of numbers as a picture: a cell is the fuller of its colour the further its number is from nought. */
import { extent } from '../../extent';
import type { Painter } from '../painter';

export interface HeatScene {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** A row of cells each; null: not measured. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly nameRows: string;
  readonly nameColumns: string;
  /** A value within its cell, as short as can be. */
  format(value: number): string;
}

/** Where the cells lie. All in CSS pixels. */
export interface HeatFrame {
  readonly left: number;
  readonly top: number;
  readonly wide: number;
  readonly high: number;
}

export interface HeatLooks {
  readonly width: number;
  readonly size: number;
  resolve(colour: string): string;
  widthOf(text: string): number;
}

/** Colours of what is above nought, and of what is below. */
const [ABOVE, BELOW] = ['var(--run-1)', 'var(--run-0)'];
/** How full the fullest cell is: numbers can still be read on it. */
const FULLEST = 0.62;
/** Between cells. */
const GAP = 2;

export const cells = ({ values }: Pick<HeatScene, 'values'>): number[] => values.flat().filter((value): value is number => value !== null && Number.isFinite(value));

/** What the fullest cell stands for. */
export const strongest = (scene: Pick<HeatScene, 'values'>): number => Math.max(...(extent(cells(scene)) ?? [0, 0]).map(Math.abs));

/** Heights of a picture's parts, in sizes of its text: names of columns and their head, a row, the scale below. */
const [HEAD, ROW, SCALE] = [3.2, 2.1, 2.6];

export const heightOf = ({ rows }: Pick<HeatScene, 'rows'>, size: number): number => (HEAD + rows.length * ROW + SCALE) * size;

export function frameOf({ rows, columns, nameRows }: HeatScene, { width, size, widthOf }: HeatLooks): HeatFrame {
  const left = Math.ceil(Math.max(...[nameRows, ...rows].map(widthOf))) + 0.8 * size;
  return { left, top: HEAD * size, wide: (width - left) / Math.max(1, columns.length), high: ROW * size };
}

export function paintHeat(painter: Painter, scene: HeatScene, looks: HeatLooks): void {
  const { rows, columns, values, nameRows, nameColumns, format } = scene;
  const { width, size, resolve, widthOf } = looks;
  const frame = frameOf(scene, looks);
  const { left, top, wide, high } = frame;
  const [ink, quiet, rule] = [resolve('var(--ink)'), resolve('var(--ink-2)'), resolve('var(--rule)')];
  const most = strongest(scene);
  painter.text(left + (wide * columns.length) / 2, 0.8 * size, nameColumns, { colour: quiet, size, anchor: 'middle' });
  painter.text(left - 0.8 * size, 2.3 * size, nameRows, { colour: quiet, size, anchor: 'end' });
  // Names that would run into each other are shortened to what tells them apart.
  const fits = columns.every((name) => widthOf(name) <= wide - 4);
  columns.forEach((name, column) => painter.text(left + (column + 0.5) * wide, 2.3 * size, fits ? name : shortened(name, wide, widthOf), { colour: ink, size, anchor: 'middle' }));
  rows.forEach((name, row) => {
    const y = top + row * high;
    painter.text(left - 0.8 * size, y + high / 2, name, { colour: ink, size, anchor: 'end' });
    columns.forEach((_, column) => {
      const value = values[row]?.[column] ?? null;
      const box = boxAt(frame, row, column);
      if (value === null || !Number.isFinite(value)) return painter.area(box, resolve('var(--paper)'), 0, { colour: rule, width: 1, dash: [3, 3] });
      painter.area(box, resolve(value < 0 ? BELOW : ABOVE), most > 0 ? 0.04 + (FULLEST - 0.04) * (Math.abs(value) / most) : 0.04, { colour: rule, width: 1 });
      const text = format(value);
      if (widthOf(text) <= wide - 4) painter.text(left + (column + 0.5) * wide, y + high / 2, text, { colour: ink, size, anchor: 'middle' });
    });
  });
  if (most > 0) paintScale(painter, scene, looks, top + rows.length * high + 1.5 * size, Math.min(width - left, 16 * size), left, most);
}

/** Corners of a cell, as x, y, x, y, … */
export function boxAt({ left, top, wide, high }: HeatFrame, row: number, column: number): number[] {
  const [x, y] = [left + column * wide, top + row * high];
  const [right, bottom] = [x + wide - GAP, y + high - GAP];
  return [x, y, right, y, right, bottom, x, bottom];
}

/** Of a name that is too long, as many of its first letters as there is room for; of `q_proj` the `q`. */
function shortened(name: string, wide: number, widthOf: (text: string) => number): string {
  const first = name.split(/[_ ]/)[0]!;
  let text = first;
  while (text.length > 1 && widthOf(text) > wide - 2) text = text.slice(0, -1);
  return text;
}

const STEPS = 24;

/** What colours stand for: from nought, or from as far below it, to the strongest. */
function paintScale(painter: Painter, scene: HeatScene, { size, resolve, widthOf }: HeatLooks, y: number, room: number, left: number, most: number): void {
  const both = cells(scene).some((value) => value < 0);
  const low = both ? -most : 0;
  const [from, to] = [scene.format(low), scene.format(most)];
  const start = left + widthOf(from) + 0.5 * size;
  const wide = Math.max(4 * size, room - widthOf(from) - widthOf(to) - size);
  for (let i = 0; i < STEPS; i++) {
    const value = low + ((i + 0.5) / STEPS) * (most - low);
    const [x, right] = [start + (i / STEPS) * wide, start + ((i + 1) / STEPS) * wide];
    painter.area([x, y - 0.35 * size, right, y - 0.35 * size, right, y + 0.35 * size, x, y + 0.35 * size], resolve(value < 0 ? BELOW : ABOVE), 0.04 + (FULLEST - 0.04) * (Math.abs(value) / most));
  }
  const ink = resolve('var(--ink-2)');
  painter.text(start - 0.5 * size, y, from, { colour: ink, size, anchor: 'end' });
  painter.text(start + wide + 0.5 * size, y, to, { colour: ink, size });
}
