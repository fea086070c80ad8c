/** Shapes of points, by which they are told apart where their colours are not. */
import type { Painter, Stroke } from '../painter';

export type MarkShape = 'circle' | 'square' | 'diamond' | 'triangle' | 'triangle-down' | 'plus' | 'cross' | 'star';

export const MARK_SHAPES: readonly MarkShape[] = ['circle', 'square', 'diamond', 'triangle', 'triangle-down', 'plus', 'cross', 'star'];

/** Corners around the middle, of a shape as large as a circle of radius 1. */
const CORNERS: Record<Exclude<MarkShape, 'circle'>, number[]> = {
  square: [-0.88, -0.88, 0.88, -0.88, 0.88, 0.88, -0.88, 0.88],
  diamond: [0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0],
  triangle: [0, -1.2, 1.15, 0.85, -1.15, 0.85],
  'triangle-down': [0, 1.2, 1.15, -0.85, -1.15, -0.85],
  plus: arms(0),
  cross: arms(Math.PI / 4),
  star: Array.from({ length: 10 }, (_, i) => [i % 2 ? 0.55 : 1.3, (Math.PI * i) / 5] as const).flatMap(([radius, angle]) => [radius * Math.sin(angle), -radius * Math.cos(angle)]),
};

/** A cross with thick arms, turned by an angle. */
function arms(turn: number): number[] {
  const [long, half] = [1.2, 0.42];
  const corners = [half, -long, half, -half, long, -half, long, half, half, half, half, long, -half, long, -half, half, -long, half, -long, -half, -half, -half, -half, -long];
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  return corners.map((_, i) => (i % 2 === 0 ? corners[i]! * cosine - corners[i + 1]! * sine : corners[i - 1]! * sine + corners[i]! * cosine));
}

/** Draws a shape: filled with its colour, or hollow, with the ground inside. */
export function paintMark(painter: Painter, shape: MarkShape, x: number, y: number, radius: number, colour: string, ground: string, hollow = false): void {
  const [fill, edge]: [string, Stroke] = hollow ? [ground, { colour, width: 2.2 }] : [colour, { colour: ground, width: 1.2 }];
  if (shape === 'circle') painter.circle(x, y, radius, fill, edge);
  else painter.area(CORNERS[shape].map((part, i) => part * radius + (i % 2 === 0 ? x : y)), fill, 1, edge);
}
