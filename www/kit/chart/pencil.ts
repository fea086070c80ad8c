/** A curve that somebody draws: what they predict, before they see. It has a height at some fixed places, and always the look of a pencil. */
import type { Point } from './curves';
import type { Stroke } from './painter';

/** Places that a drawn curve has a height at. */
const PLACES = 12;

/** The colour of a 2B pencil, and strokes as uneven as a hand's. */
export const PENCIL = 'var(--pencil)';
export const pencilStroke = (colour: string): Stroke => ({ colour, width: 2.6, dash: [11, 5, 8, 4, 13, 5, 6, 5], alpha: 0.9, round: true });

/** Places spread evenly over an axis, its ends among them; whole numbers, where the axis has no others. */
export function places([low, high]: readonly [number, number], whole: boolean): number[] {
  const even = Array.from({ length: PLACES }, (_, i) => low + ((high - low) * i) / (PLACES - 1));
  return whole ? [...new Set(even.map(Math.round))] : even;
}

/** A drawn curve in which the height at a place is another; null: it has none there. In order of the places. */
export function withHeight(drawn: readonly Point[], x: number, y: number | null): readonly Point[] {
  const others = drawn.filter((point) => point.x !== x);
  return y === null ? others : [...others, { x, y }].sort((a, b) => a.x - b.x);
}

/**
 * A drawn curve after a stroke of the pointer: at each place that the stroke passed, the stroke's height there, and at one that it comes
 * near to, that of its end. Heights stay within the axis.
 */
export function stroked(drawn: readonly Point[], at: readonly number[], from: Point, to: Point, [low, high]: readonly [number, number]): readonly Point[] {
  const [left, right] = from.x <= to.x ? [from, to] : [to, from];
  const near = nearestPlace(at, to.x);
  const heightAt = (x: number): number => {
    if (x < left.x || x > right.x || left.x === right.x) return to.y;
    return left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x);
  };
  const met = at.filter((x) => (x >= left.x && x <= right.x) || (x === near && Math.abs(x - to.x) <= Math.abs(x - from.x)));
  return met.reduce((points, x) => withHeight(points, x, Math.min(high, Math.max(low, heightAt(x)))), drawn);
}

export const nearestPlace = (at: readonly number[], x: number): number => at.reduce((best, place) => (Math.abs(place - x) < Math.abs(best - x) ? place : best), at[0]!);

/** The height that a key begins with at a place that has none: that of the nearest that has; where none has, `start`, or the middle of the axis. */
export function startHeight(drawn: readonly Point[], x: number, [low, high]: readonly [number, number], start: number | null = null): number {
  if (drawn.length === 0) return start ?? (low + high) / 2;
  return drawn.reduce((best, point) => (Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best)).y;
}

/** Parts of the axis that a key moves a point by. */
const [SMALL, LARGE] = [50, 10];

/** Where a key leads: to another place, or to another height at the same; null: nowhere. */
export function keyed(
  key: string,
  drawn: readonly Point[],
  at: readonly number[],
  place: number,
  range: readonly [number, number],
  start: number | null = null,
): { place: number; drawn?: readonly Point[] } | null {
  const index = at.indexOf(place);
  const go = (to: number) => ({ place: at[Math.min(at.length - 1, Math.max(0, to))]! });
  const lift = (parts: number, sign: number) => {
    const [low, high] = range;
    const y = drawn.find(({ x }) => x === place)?.y ?? startHeight(drawn, place, range, start);
    return { place, drawn: withHeight(drawn, place, Math.min(high, Math.max(low, y + (sign * (high - low)) / parts))) };
  };
  switch (key) {
    case 'ArrowLeft':
      return go(index - 1);
    case 'ArrowRight':
      return go(index + 1);
    case 'Home':
      return go(0);
    case 'End':
      return go(at.length - 1);
    case 'ArrowUp':
      return lift(SMALL, 1);
    case 'ArrowDown':
      return lift(SMALL, -1);
    case 'PageUp':
      return lift(LARGE, 1);
    case 'PageDown':
      return lift(LARGE, -1);
    case 'Enter':
    case ' ':
      return { place, drawn: withHeight(drawn, place, startHeight(drawn, place, range, start)) };
    case 'Delete':
    case 'Backspace':
      return { place, drawn: withHeight(drawn, place, null) };
    default:
      return null;
  }
}

/** Pieces of a curve between two of its places. */
const PIECES = 8;

/** The drawn curve as columns: smooth through its places, and between two of them neither above nor below both. */
export function pencilColumns(drawn: readonly Point[]): { x: number[]; y: number[] } {
  const slopes = monotoneSlopes(drawn);
  const columns = { x: drawn.slice(0, 1).map(({ x }) => x), y: drawn.slice(0, 1).map(({ y }) => y) };
  for (let i = 1; i < drawn.length; i++) {
    const [a, b] = [drawn[i - 1]!, drawn[i]!];
    const width = b.x - a.x;
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      const [t2, t3] = [t * t, t * t * t];
      columns.x.push(piece === PIECES ? b.x : a.x + t * width);
      columns.y.push((2 * t3 - 3 * t2 + 1) * a.y + (t3 - 2 * t2 + t) * width * slopes[i - 1]! + (3 * t2 - 2 * t3) * b.y + (t3 - t2) * width * slopes[i]!);
    }
  }
  return columns;
}

/** Slopes at points that make a cubic curve monotone between them (Fritsch and Carlson, 1980, by harmonic means). */
function monotoneSlopes(points: readonly Point[]): number[] {
  const between = points.slice(1).map((point, i) => (point.y - points[i]!.y) / (point.x - points[i]!.x));
  return points.map((_, i) => {
    const [before, after] = [between[i - 1], between[i]];
    if (before === undefined || after === undefined) return before ?? after ?? 0;
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
}
