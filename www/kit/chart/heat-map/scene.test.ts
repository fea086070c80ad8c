import { expect, test } from 'vitest';
import type { Lettering, Painter, Stroke } from '../painter';
import { boxAt, frameOf, heightOf, paintHeat, strongest, type HeatScene } from './scene';

/** Takes down what is painted. */
class Notes implements Painter {
  readonly areas: { points: readonly number[]; fill: string; alpha: number }[] = [];
  readonly texts: string[] = [];
  line = (_points: readonly number[], _stroke: Stroke): void => undefined;
  circle = (): void => undefined;
  area(points: readonly number[], fill: string, alpha = 1): void {
    this.areas.push({ points, fill, alpha });
  }
  text(_x: number, _y: number, text: string, _lettering: Lettering): void {
    this.texts.push(text);
  }
}

const looks = (width: number) => ({ width, size: 14, resolve: (colour: string) => colour, widthOf: (text: string) => 8 * text.length });
const scene = (values: (number | null)[][], columns = ['q_proj', 'v_proj']): HeatScene => ({
  rows: values.map((_, row) => String(row)),
  columns,
  values,
  nameRows: 'layer',
  nameColumns: 'module',
  format: (value) => value.toFixed(1),
});
/** Cells, without the scale below. */
const painted = (made: HeatScene, width = 600) => {
  const notes = new Notes();
  paintHeat(notes, made, looks(width));
  return { ...notes, cells: notes.areas.slice(0, made.rows.length * made.columns.length), texts: notes.texts };
};

test('a cell is as full as its value is beside the strongest, on either side of nought', () => {
  const { cells } = painted(scene([[2, 1], [0, -2]]));
  const [strong, half, none, below] = cells.map(({ alpha }) => alpha);
  expect(strong).toBeCloseTo(below!);
  expect(half! - none!).toBeCloseTo((strong! - none!) / 2);
  expect(cells[0]!.fill).toBe(cells[1]!.fill);
  expect(cells[3]!.fill).not.toBe(cells[0]!.fill);
});

test('what was not measured, or is no number, is an empty cell', () => {
  const { cells, texts } = painted(scene([[1, null], [NaN, 0.5]]));
  expect(cells.map(({ alpha }) => alpha > 0)).toEqual([true, false, false, true]);
  expect(texts).not.toContain('NaN');
  expect(strongest(scene([[null, NaN]]))).toBe(0);
  expect(painted(scene([[null, null]])).areas).toHaveLength(2);
});

test('cells lie beside each other within the picture', () => {
  const made = scene([[1, 2], [3, 4]]);
  const frame = frameOf(made, looks(600));
  const [, , right, , , bottom] = boxAt(frame, 1, 1);
  expect(right).toBeLessThanOrEqual(600);
  expect(bottom).toBeLessThanOrEqual(heightOf(made, 14));
  expect(boxAt(frame, 0, 1)[0]).toBeGreaterThanOrEqual(boxAt(frame, 0, 0)[2]!);
  expect(boxAt(frame, 1, 0)[1]).toBeGreaterThanOrEqual(boxAt(frame, 0, 0)[5]!);
});

test('on a narrow screen names are what tells them apart, and numbers that have no room are left out', () => {
  const columns = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
  const { texts } = painted(scene([columns.map((_, i) => i * 1000)], columns), 300);
  expect(texts).toEqual(expect.arrayContaining(['q', 'k', 'v', 'o', 'up']));
  expect(texts.filter((text) => /^\d000\.0$/.test(text))).toEqual(['6000.0']);
});
