import { property } from 'lit/decorators.js';
import type { PropertyValues } from 'lit';
import uPlot from 'uplot';
import { ChartElement } from './chart-element';
import { csv } from './csv';
import { endOf, heights, type ChartCurve, type ChosenPoint, type Point, type ReferenceLine } from './curves';
import { chartFile, type Ticks } from './file';
import { widest } from './labels';
import type { Frame } from './outline';
import { CanvasPainter, type Painter } from './painter';
import { PENCIL, pencilColumns } from './pencil';
import { decimals } from './scatter/axis';
import { LABEL_END, LABEL_GAP, labelOf, paintCurves, paintReferences, type Scene } from './scene';
import { summary, type Saying } from './values';

/** Distances on the axis of whole numbers. */
const WHOLE = [1, 2, 5].flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b);
/** Room above and below what is drawn, as a share of its height, and at least. */
const MARGIN = 0.08;
const LEAST_MARGIN = 0.02;
/** Narrower pictures have no names at the ends of lines, which would take half of their room: the readout has them. In CSS pixels. */
const LABELLED = 480;

/** What a chart of lines is given, drawn on its canvas, and saved as. */
export abstract class LinePlot extends ChartElement {
  /** What the chart is called where it is read aloud or saved. */
  @property() label = '';
  @property({ attribute: false }) curves: readonly ChartCurve[] = [];
  @property({ attribute: false }) references: readonly ReferenceLine[] = [];
  /** What the axes measure, with their units. */
  @property({ attribute: false }) nameX = '';
  @property({ attribute: false }) nameY = '';
  /** How far the axes reach; null: as far as what is drawn, the axis across from 0 on. */
  @property({ attribute: false }) rangeX: readonly [number, number] | null = null;
  @property({ attribute: false }) rangeY: readonly [number, number] | null = null;
  /** Whether there is nothing between two whole numbers of the axis across. */
  @property({ type: Boolean }) whole = false;
  @property({ attribute: false }) formatX: (x: number) => string = String;
  @property({ attribute: false }) formatY: (y: number) => string = String;
  /** A height along the axis upwards, where it is not written as a plain number. */
  @property({ attribute: false }) tickY: ((y: number) => string) | null = null;
  /** A place on the axis across, such as "step 12". */
  @property({ attribute: false }) sayX: (x: number) => string = (x) => this.formatX(x);
  /** What the values come to in a word, after them. */
  @property() remark = '';
  /** What stands where lines will be, while there are none. */
  @property() empty = '';
  /** The point that was chosen. */
  @property({ attribute: false }) chosen: ChosenPoint | null = null;
  /** What was drawn by hand, in order of x. */
  @property({ attribute: false }) pencil: readonly Point[] = [];
  /** The height that keys begin to draw at; null: the middle of the axis. */
  @property({ attribute: false }) pencilStart: number | null = null;
  /** Whether a curve can be drawn by hand, instead of choosing points. */
  @property({ type: Boolean }) drawing = false;
  /** The places at which a drawn curve has a height; null: about twelve, evenly. */
  @property({ attribute: false }) places: readonly number[] | null = null;

  private ticks: Ticks = { x: [], y: [] };

  /** Called when the canvas was drawn. */
  protected abstract drawn(): void;

  // ---- What is saved

  /** The picture as a file, with axes, labels and legend, in light colours; null: nothing is laid out yet. */
  svg(): string | null {
    const { chart } = this;
    if (!chart) return null;
    return this.inTheme('light', () => {
      const { size } = this.looks();
      const { nameX, nameY, ticks } = this;
      const paint = { references: this.paintReferences, curves: this.paintCurves };
      return chartFile({ width: chart.width, height: chart.height, frame: this.frame()!, size, nameX, nameY, ticks, curves: this.told, references: this.references.filter(({ keyed }) => keyed), formatY: this.formatY, title: this.label, description: this.summary(), resolve: this.solid }, paint);
    });
  }

  /** All points, with the units of their columns. */
  csv(): string {
    return csv(this.measured, { x: this.nameX, y: this.nameY });
  }

  /** The curves, and what was drawn by hand as one of them. */
  protected get told(): readonly ChartCurve[] {
    const { curves, pencil, text } = this;
    if (pencil.length === 0 || this.drawing) return curves;
    return [...curves, { name: text.chart.pencil, colour: PENCIL, dash: [5, 3], series: [{ name: '', style: 'line', ...pencilColumns(pencil) }] }];
  }

  /** What a table and a file have of it: of what was drawn by hand, its places. */
  protected get measured(): readonly ChartCurve[] {
    const { curves, pencil, text } = this;
    if (pencil.length === 0) return curves;
    return [...curves, { name: text.chart.pencil, colour: PENCIL, series: [{ name: '', style: 'line', x: pencil.map(({ x }) => x), y: pencil.map(({ y }) => y) }] }];
  }

  protected get saying(): Saying {
    const { text, sayX, formatY } = this;
    return { text: text.chart, sayX, formatY };
  }

  protected summary(): string {
    return summary(this.told, this.saying);
  }

  // ---- What is drawn

  protected override key(): string {
    const { curves, references, nameX, nameY, formatY, whole, text } = this;
    const names = curves.map((curve) => [labelOf(curve), curve.name]);
    return JSON.stringify([names, references.length > 0, nameX, nameY, formatY(10), whole, text.languageTag, this.pencil.length > 0]);
  }

  protected override redraws(changed: PropertyValues): boolean {
    return [...changed.keys()].some((name) => !['chosen', 'at', 'tabled', 'remark', 'label', 'empty'].includes(name as string));
  }

  protected override columns(): uPlot.AlignedData {
    const [low, high] = this.across();
    return [[low, high], [null, null]];
  }

  /** How far the axis across reaches. */
  protected across(): [number, number] {
    const [low, high] = this.rangeX ?? [0, Math.max(0, ...this.curves.flatMap((curve) => endOf(curve) ?? []))];
    return [low, high > low ? high : low + 1];
  }

  /** How far the axis upwards reaches: whatever is drawn is in it. */
  protected reach(): [number, number] {
    if (this.rangeY) return [...this.rangeY];
    const found = heights(this.curves, [...this.references.map(({ y }) => y), ...this.pencil.map(({ y }) => y)]);
    if (!found) return [0, 1];
    const [low, high] = found;
    const margin = Math.max(LEAST_MARGIN, (high - low) * MARGIN);
    return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
  }

  protected override build(plot: HTMLElement): uPlot {
    const { size, family, axis } = this.looks();
    const labels = [...this.curves.flatMap((curve) => labelOf(curve) ?? []).map((name) => `${name} ${this.formatY(10)}`), ...(this.pencilName === '' ? [] : [this.pencilName])];
    const room = labels.length === 0 ? 2 * size : LABEL_GAP + Math.max(50, widest(labels, `600 ${size}px ${family}`)) + LABEL_END;
    const told = (which: keyof Ticks, text: (tick: number, among: number[]) => string) => (_: uPlot, found: number[]) => {
      const written = found.map((tick) => (tick === null ? '' : text(tick, found)));
      this.ticks[which] = found.map((tick, i) => ({ at: tick, text: written[i]! }));
      return written;
    };
    return new uPlot(
      {
        ...this.size(),
        padding: [12, (chart) => (chart.width < LABELLED ? 2 * size : room), 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: () => this.across() }, y: { range: () => this.reach() } },
        axes: [
          { ...axis, label: this.nameX, labelSize: size * 1.75, size: size * 2.3, values: told('x', (tick) => this.formatX(tick)), ...(this.whole && { incrs: WHOLE }) },
          { ...axis, label: this.nameY, labelSize: size * 1.85, size: size * 3.4, values: told('y', (tick, among) => (this.showsHeights ? (this.tickY ?? ((height: number) => height.toFixed(decimals(among))))(tick) : '')) },
        ],
        series: [{}, { show: true, points: { show: false } }],
        hooks: {
          drawAxes: [(chart) => this.paint(chart, this.paintReferences)],
          draw: [(chart) => this.paint(chart, this.paintCurves), () => this.drawn()],
        },
      },
      this.columns(),
      plot,
    );
  }

  /** While nothing is drawn, heights are those of nothing. */
  private get showsHeights(): boolean {
    return this.rangeY !== null || this.references.length > 0 || this.pencil.length > 0 || this.curves.some((curve) => endOf(curve) !== null);
  }

  private get pencilName(): string {
    return this.pencil.length > 0 && !this.drawing ? this.text.chart.pencil : '';
  }

  protected frame(): Frame | null {
    const { chart } = this;
    const { min: x0, max: x1 } = chart?.scales.x ?? {};
    const { min: y0, max: y1 } = chart?.scales.y ?? {};
    if (!chart || x0 == null || x1 == null || y0 == null || y1 == null) return null;
    const [left, top, width, height] = [chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height].map((pixels) => pixels / devicePixelRatio) as [number, number, number, number];
    return { left, top, width, height, x: [x0, x1], y: [y0, y1] };
  }

  private paint(chart: uPlot, what: (painter: Painter, frame: Frame, size: number) => void): void {
    // While it is made, the chart draws before anybody has it.
    this.chart = chart;
    const frame = this.frame();
    if (!frame) return;
    const { size, family } = this.looks();
    const painter = new CanvasPainter(chart.ctx, devicePixelRatio, family);
    what(painter, frame, size);
    painter.done();
  }

  private scene(size: number): Scene {
    const { curves, references, pencil, pencilName, formatY } = this;
    const known = new Map<string, string>();
    const resolve = (colour: string): string => known.get(colour) ?? (known.set(colour, this.solid(colour)), known.get(colour)!);
    return { curves, references, pencil, pencilName, formatY, resolve, size, labelled: (this.chart?.width ?? 0) >= LABELLED };
  }

  private readonly solid = (colour: string): string => this.resolved(colour);
  private readonly paintReferences = (painter: Painter, frame: Frame, size: number): void => paintReferences(painter, frame, this.scene(size));
  private readonly paintCurves = (painter: Painter, frame: Frame, size: number): void => paintCurves(painter, frame, this.scene(size));
}
