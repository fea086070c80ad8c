/** A chart of lines as a file: what its canvas shows, with axes and a legend, drawn anew from the data. */
import type { ChartCurve, ReferenceLine } from './curves';
import { toX, toY, type Frame } from './outline';
import type { Painter } from './painter';
import { REFERENCE } from './scene';
import { SvgPainter } from './svg';

/** What is written along the axes. */
export interface Ticks {
  x: { at: number | null; text: string }[];
  y: { at: number | null; text: string }[];
}

export interface ChartFile {
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
  readonly size: number;
  readonly nameX: string;
  readonly nameY: string;
  readonly ticks: Ticks;
  /** What the legend tells apart. */
  readonly curves: readonly ChartCurve[];
  /** Those whose names stand in the legend. */
  readonly references: readonly ReferenceLine[];
  readonly title: string;
  readonly description: string;
  formatY(y: number): string;
  resolve(colour: string): string;
}

type Paint = (painter: Painter, frame: Frame, size: number) => void;

/** Between entries of the legend, and their piece of line. */
const [ENTRY_GAP, MARK] = [20, 26];

export function chartFile(file: ChartFile, paint: { references: Paint; curves: Paint }): string {
  const { width, height, size, title, description } = file;
  const painter = new SvgPainter();
  const legend = paintLegend(painter, file);
  const frame = { ...file.frame, top: file.frame.top + legend };
  paintAxes(painter, frame, file, height + legend);
  paint.references(painter, frame, size);
  paint.curves(painter, frame, size);
  return painter.file(width, height + legend, title, description);
}

/** Rows of names behind their lines; how high they are. */
function paintLegend(painter: Painter, { curves, references, size, width, formatY, resolve }: ChartFile): number {
  const row = size * 1.6;
  let [x, y] = [8, row / 2 + 4];
  const entries = [
    ...curves.map(({ name, colour, dash = [] }) => ({ name, colour, dash, thick: 2.6 })),
    ...references.map(({ name, y: height, dash = REFERENCE }) => ({ name: `${name} ${formatY(height)}`, colour: 'var(--ink-2)', dash, thick: 1.2 })),
  ];
  for (const { name, colour: css, dash, thick } of entries) {
    // No font is known, so that the room of a name is estimated: wide letters, as of Chinese, are as broad as high.
    const room = MARK + 6 + [...name].reduce((sum, letter) => sum + size * (letter > '\u2e80' ? 1 : 0.58), 0);
    if (x > 8 && x + room > width) [x, y] = [8, y + row];
    const colour = resolve(css);
    painter.line([x, y, x + MARK, y], { colour, dash, width: thick });
    painter.text(x + MARK + 6, y, name, { colour, size });
    x += room + ENTRY_GAP;
  }
  return entries.length > 0 ? y + row / 2 : 0;
}

function paintAxes(painter: Painter, frame: Frame, { ticks, size, nameX, nameY, resolve }: ChartFile, bottom: number): void {
  const [ink, rule] = [resolve('var(--ink-2)'), resolve('var(--rule)')];
  const { left, top, width, height } = frame;
  for (const { at, text } of ticks.x) {
    if (at === null) continue;
    const x = toX(frame, at);
    painter.line([x, top, x, top + height + 5], { colour: rule, width: 1 });
    painter.text(x, top + height + 5 + size * 0.8, text, { colour: ink, size, anchor: 'middle' });
  }
  for (const { at, text } of ticks.y) {
    if (at === null) continue;
    const y = toY(frame, at);
    painter.line([left - 5, y, left + width, y], { colour: rule, width: 1 });
    painter.text(left - 9, y, text, { colour: ink, size, anchor: 'end' });
  }
  painter.text(left + width / 2, bottom - size * 0.8, nameX, { colour: ink, size, anchor: 'middle' });
  painter.text(size * 0.9, top + height / 2, nameY, { colour: ink, size, anchor: 'middle', upwards: true });
}
