/** Columns as lines of pixels, no more of them than can be told apart. */
import type { Column } from './curves';

/** Where a chart's axes lie, in CSS pixels of its picture, and how far they reach. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

export const toX = ({ left, width, x: [low, high] }: Frame, x: number): number => left + ((x - low) / (high - low)) * width;
export const toY = ({ top, height, y: [low, high] }: Frame, y: number): number => top + ((high - y) / (high - low)) * height;
export const fromX = ({ left, width, x: [low, high] }: Frame, pixels: number): number => low + ((pixels - left) / width) * (high - low);
export const fromY = ({ top, height, y: [low, high] }: Frame, pixels: number): number => high - ((pixels - top) / height) * (high - low);

/** Points to a column of pixels from which on only its first, lowest, highest and last are drawn: the picture stays the same. */
const DENSE = 4;

/** Whether several points of a column fall on each column of pixels. */
export const isDense = (x: Column, { width }: Frame): boolean => x.length > DENSE * width;

/** The pieces of a line, each as x, y, x, y, …; a new one begins after a gap. No peak is lost. */
export function outline(x: Column, y: Column, frame: Frame): number[][] {
  const dense = isDense(x, frame);
  const pieces: number[][] = [];
  let piece: number[] = [];
  let [column, first, low, high, last] = [NaN, -1, -1, -1, -1];
  const put = (i: number): void => void piece.push(toX(frame, x[i]!), toY(frame, y[i]!));
  const close = (): void => {
    if (first < 0) return;
    // What is no higher than a pixel is one point, but where the piece begins.
    if (piece.length > 0 && toY(frame, y[low]!) - toY(frame, y[high]!) < 1) put(last);
    else for (const i of new Set([first, Math.min(low, high), Math.max(low, high), last])) put(i);
    [column, first] = [NaN, -1];
  };
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(y[i]) || !Number.isFinite(x[i])) {
      close();
      if (piece.length > 0) pieces.push(piece);
      piece = [];
    } else if (!dense) put(i);
    else {
      const at = Math.floor(toX(frame, x[i]!));
      if (at !== column) {
        close();
        [column, first, low, high] = [at, i, i, i];
      }
      if (y[i]! < y[low]!) low = i;
      if (y[i]! > y[high]!) high = i;
      last = i;
    }
  }
  close();
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** The outline of an area between two columns; of dense ones, at each column of pixels the lowest and the highest. */
export function area(x: Column, low: Column, high: Column, frame: Frame): number[] {
  const dense = isDense(x, frame);
  const [there, back]: [number[], number[]] = [[], []];
  let column = NaN;
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(low[i]) || !Number.isFinite(high[i])) continue;
    const [at, lower, upper] = [toX(frame, x[i]!), toY(frame, low[i]!), toY(frame, high[i]!)];
    if (dense && Math.floor(at) === column) {
      there[there.length - 1] = Math.max(there[there.length - 1]!, lower);
      back[back.length - 1] = Math.min(back[back.length - 1]!, upper);
      continue;
    }
    column = Math.floor(at);
    there.push(at, lower);
    back.push(at, upper);
  }
  for (let i = back.length - 2; i >= 0; i -= 2) there.push(back[i]!, back[i + 1]!);
  return there;
}
