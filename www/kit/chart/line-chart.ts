import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, queryAll, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import { shared } from '../base.css';
import { styled } from '../styled';
import '../table/table';
import { tableStyles } from '../table/table.css';
import { ChartElement } from './chart-element';
import { csv } from './csv';
import { endOf, heights, readOut, valueAt, type ChartCurve, type ChosenPoint, type Point, type ReferenceLine } from './curves';
import { chartFile, type Ticks } from './file';
import { Hover, type Hovered } from './hover';
import { widest } from './labels';
import { lineChart } from './line-chart.css';
import { markedName } from './mark';
import { fromX, fromY, toX, toY, type Frame } from './outline';
import { CanvasPainter, type Painter } from './painter';
import { PENCIL, keyed, nearestPlace, pencilColumns, places, startHeight, stroked } from './pencil';
import { LABEL_END, LABEL_GAP, labelOf, paintCurves, paintReferences, type Scene } from './scene';
import { pointText, rows, summary, type Saying } from './values';
import { along, has, nearest, path } from './walk';

/** A curve was drawn by hand, or a part of it: `points` has what there is of it now, in order of x. */
export class DrawnEvent extends Event {
  constructor(readonly points: readonly Point[]) {
    super('drawn', { bubbles: true, composed: true });
  }
}

/** Distances on the axis of whole numbers. */
const WHOLE = [1, 2, 5].flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power)).sort((a, b) => a - b);
/** Room above and below what is drawn, as a share of its height, and at least. */
const MARGIN = 0.08;
const LEAST_MARGIN = 0.02;

/**
 * Lines over an axis, drawn while they grow: the columns of its curves may become longer in place, and whoever lets them grow sets `curves`
 * anew. Tells `choose` when a point was chosen, by pointer, touch or keys, and `drawn` when a curve was drawn by hand. Slot `below`: what
 * can be done with a chosen point.
 */
@customElement('tinyai-line-chart')
export class LineChart extends ChartElement {
  static override styles = [shared, tableStyles, lineChart];

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
  /** Whether a curve can be drawn by hand, instead of choosing points. */
  @property({ type: Boolean }) drawing = false;
  /** The places at which a drawn curve has a height; null: about twelve, evenly. */
  @property({ attribute: false }) places: readonly number[] | null = null;

  @query('.handle') private readonly handle!: HTMLElement | null;
  @query('.layer') private readonly layer!: HTMLElement;
  @query('.place') private readonly place!: HTMLElement;
  @query('.said') private readonly said!: HTMLElement;
  @queryAll('.values') private readonly values!: NodeListOf<HTMLElement>;
  /** Whether the table of values is open. */
  @state() private tabled = false;
  /** The place at which keys draw. */
  @state() private at = NaN;
  /** The curve that is followed while the pointer is down, or where its stroke came from. */
  private following: number | null = null;
  private strokeFrom: Point | null = null;
  private ticks: Ticks = { x: [], y: [] };
  private readonly hover = new Hover(() => this.hovered());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.hover.stop();
  }

  // ---- What is saved

  /** The picture as a file, with axes, labels and legend, in light colours; null: nothing is laid out yet. */
  svg(): string | null {
    const { chart } = this;
    if (!chart) return null;
    return this.inTheme('light', () => {
      const { size } = this.looks();
      const { nameX, nameY, ticks } = this;
      const paint = { references: this.paintReferences, curves: this.paintCurves };
      return chartFile({ width: chart.width, height: chart.height, frame: this.frame()!, size, nameX, nameY, ticks, curves: this.told, title: this.label, description: this.summary(), resolve: this.solid }, paint);
    });
  }

  /** All points, with the units of their columns. */
  csv(): string {
    const { curves, pencil, nameX, nameY, text } = this;
    const drawn: ChartCurve[] = pencil.length > 0 ? [{ name: text.chart.pencil, colour: PENCIL, series: [{ name: '', style: 'line', x: pencil.map(({ x }) => x), y: pencil.map(({ y }) => y) }] }] : [];
    return csv([...curves, ...drawn], { x: nameX, y: nameY });
  }

  // ---- What is rendered

  override render() {
    const { told, text, chosen, empty, remark } = this;
    return html`
      <div class="readout">
        <span class="place"></span>
        ${told.map(({ name, colour, dash }) => html`<span>${markedName(name, colour, dash)} <span class="values"></span></span>`)}
        ${remark === '' ? nothing : html`<b>${remark}</b>`} ${this.renderKey()}
      </div>
      <div class="chart">
        <div
          class="plot"
          role="img"
          aria-label=${[`${this.label} (${this.nameY}).`, this.summary()].join(' ')}
          ?data-drawing=${this.drawing}
          @pointerdown=${this.pressed}
          @pointermove=${this.moved}
          @pointerup=${this.released}
          @pointercancel=${this.released}
          @pointerleave=${() => this.hover.move(null)}
        >
          <div class="layer" hidden>
            <div class="line"></div>
            <div class="tag"></div>
            ${told.map(({ colour }) => html`<div class="ring" ${styled({ '--curve': colour })}></div>`)}
          </div>
        </div>
        ${this.drawing ? this.renderPencil() : this.renderHandle()}
        ${told.some((curve) => endOf(curve) !== null) || empty === '' ? nothing : html`<p class="empty">${empty}</p>`}
        <p class="keys screen-only" id="keys">${this.drawing ? text.chart.pencilKeys : text.chart.keys}</p>
      </div>
      <p class="said visually-hidden" aria-live="polite"></p>
      <slot name="below" ?data-chosen=${chosen !== null}></slot>
      ${this.renderTable()}
    `;
  }

  /** The curves, and what was drawn by hand as one of them. */
  private get told(): readonly ChartCurve[] {
    const { curves, pencil, text } = this;
    if (pencil.length === 0 || this.drawing) return curves;
    return [...curves, { name: text.chart.pencil, colour: PENCIL, dash: [5, 3], series: [{ name: '', style: 'line', ...pencilColumns(pencil) }] }];
  }

  private renderKey() {
    const kinds = new Map(this.curves.flatMap(({ series }) => series.flatMap((one) => (one.key ? [[one.key, one] as const] : []))));
    if (kinds.size === 0) return nothing;
    return html`<span class="key"
      >${[...kinds].map(
        ([name, { style, width }]) => html`<span
          ><svg width="26" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="26" y2="4" stroke-width=${width ?? (style === 'points' ? 2.6 : 1.6)} />${style === 'points' ? html`<svg><circle cx="13" cy="4" r="3.4" /></svg>` : nothing}</svg
          >${name}</span
        >`,
      )}</span
    >`;
  }

  /** It is moved by arrow keys like a slider, along its curve and to the next one. */
  private renderHandle() {
    const { chosen, curves, text } = this;
    const curve = chosen?.curve ?? curves.findIndex((one) => path(one));
    const along = path(curves[curve]);
    if (!along) return nothing;
    const last = along.x[along.x.length - 1]!;
    const { name, colour } = curves[curve]!;
    return html`<div
      class="handle"
      role="slider"
      tabindex="0"
      ?data-chosen=${chosen !== null}
      ${styled({ '--curve': colour })}
      aria-label=${text.chart.point(name)}
      aria-valuemin=${along.x[along.lead]!}
      aria-valuemax=${last}
      aria-valuenow=${chosen?.x ?? last}
      aria-valuetext=${pointText(curves[curve]!, chosen?.x ?? last, this.saying)}
      aria-describedby="keys"
      @focus=${() => this.chosen ?? this.choose({ curve, x: last })}
      @keydown=${this.keyed}
    ></div>`;
  }

  /** The point at which keys draw. */
  private renderPencil() {
    const { text, pencil } = this;
    const [low, high] = this.reach();
    const height = pencil.find(({ x }) => x === this.at)?.y;
    return html`<div
      class="handle pencil"
      role="slider"
      tabindex="0"
      data-chosen
      aria-orientation="vertical"
      aria-label=${text.chart.pencilPoint}
      aria-valuemin=${low}
      aria-valuemax=${high}
      aria-valuenow=${height ?? startHeight(pencil, this.at, [low, high])}
      aria-valuetext=${`${this.sayX(this.at)}: ${height === undefined ? text.chart.notDrawn : this.formatY(height)}`}
      aria-describedby="keys"
      ${styled({ '--curve': PENCIL })}
      @keydown=${this.pencilled}
    ></div>`;
  }

  /** Values at some places, for whoever reads them rather than the picture. */
  private renderTable() {
    const { told, text, formatX, formatY } = this;
    if (!told.some(path)) return nothing;
    const columns = told.flatMap((curve) => readOut(curve).map((series) => ({ curve, series, end: endOf(curve) })));
    const value = (x: number, { series, end }: (typeof columns)[number]): string => {
      const found = valueAt(series, x, end);
      return found === null ? '–' : formatY(found);
    };
    return html`<details class="table screen-only" @toggle=${(event: Event) => (this.tabled = (event.target as HTMLDetailsElement).open)}>
      <summary>${text.chart.table}</summary>
      ${this.tabled
        ? html`<tinyai-table .label=${`${this.label} (${this.nameY})`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${this.nameX}</th>
                  ${columns.map(({ curve, series }) => html`<th scope="col" class="number">${curve.name} ${series.name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${rows(told).map((x) => html`<tr><th scope="row">${formatX(x)}</th>${columns.map((column) => html`<td class="number">${value(x, column)}</td>`)}</tr>`)}
              </tbody>
            </table>
          </tinyai-table>`
        : nothing}
    </details>`;
  }

  private get saying(): Saying {
    const { text, sayX, formatY } = this;
    return { text: text.chart, sayX, formatY };
  }

  private summary(): string {
    return summary(this.told, this.saying);
  }

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.chosen && !has(this.curves[this.chosen.curve], this.chosen.x)) this.choose(null);
    const at = this.drawnAt;
    if (!at.includes(this.at)) this.at = at[0]!;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.put();
    this.hover.write(this.chosen?.x ?? null);
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
  private across(): [number, number] {
    const [low, high] = this.rangeX ?? [0, Math.max(0, ...this.curves.flatMap((curve) => endOf(curve) ?? []))];
    return [low, high > low ? high : low + 1];
  }

  /** How far the axis upwards reaches: whatever is drawn is in it. */
  private reach(): [number, number] {
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
    const room = labels.length === 0 ? LABEL_GAP : LABEL_GAP + Math.max(50, widest(labels, `600 ${size}px ${family}`)) + LABEL_END;
    const told = (which: keyof Ticks, text: (tick: number, among: number[]) => string) => (_: uPlot, found: number[]) => {
      const written = found.map((tick) => (tick === null ? '' : text(tick, found)));
      this.ticks[which] = found.map((tick, i) => ({ at: tick, text: written[i]! }));
      return written;
    };
    return new uPlot(
      {
        ...this.size(),
        padding: [12, room, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: () => this.across() }, y: { range: () => this.reach() } },
        axes: [
          { ...axis, label: this.nameX, labelSize: size * 1.75, size: size * 2.3, values: told('x', (tick) => this.formatX(tick)), ...(this.whole && { incrs: WHOLE }) },
          { ...axis, label: this.nameY, labelSize: size * 1.85, size: size * 3.4, values: told('y', (tick, among) => (this.showsHeights ? decimals(tick, among) : '')) },
        ],
        series: [{}, { show: true, points: { show: false } }],
        hooks: {
          drawAxes: [(chart) => this.paint(chart, this.paintReferences)],
          draw: [(chart) => this.paint(chart, this.paintCurves), () => this.put()],
          ready: [() => this.hover.write(this.chosen?.x ?? null)],
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

  private frame(): Frame | null {
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
    return { curves, references, pencil, pencilName, formatY, resolve, size };
  }

  private readonly solid = (colour: string): string => this.resolved(colour);
  private readonly paintReferences = (painter: Painter, frame: Frame, size: number): void => paintReferences(painter, frame, this.scene(size));
  private readonly paintCurves = (painter: Painter, frame: Frame, size: number): void => paintCurves(painter, frame, this.scene(size));

  private hovered(): Hovered | null {
    const frame = this.frame();
    if (!frame) return null;
    const { told, curves, sayX, formatY, text, plot, layer, place, values } = this;
    return { curves: told, stops: curves, frame, sayX, formatY, last: text.chart.last, plot, layer, place, values };
  }

  // ---- What the pointer and the keys do

  private choose(point: ChosenPoint | null): void {
    this.chosen = point;
    this.dispatchEvent(new Event('choose'));
  }

  private readonly keyed = (event: KeyboardEvent): void => {
    const { chosen, curves } = this;
    if (!chosen || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') this.choose(null);
    else {
      const next = along(curves, chosen, event.key);
      if (!next) return;
      this.choose(next);
      // A slider that changes tells its value, but not that it has another name.
      if (next.curve !== chosen.curve) this.said.textContent = `${curves[next.curve]!.name}: ${pointText(curves[next.curve]!, next.x, this.saying)}`;
    }
    event.preventDefault();
  };

  private readonly pressed = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (this.drawing) {
      this.plot.setPointerCapture(event.pointerId);
      this.strokeTo(event);
    } else {
      this.follow(event, null);
      this.following = this.chosen?.curve ?? null;
    }
    void this.updateComplete.then(() => this.handle?.focus({ preventScroll: true }));
    // The focus is on the handle, and stays there.
    event.preventDefault();
  };

  private readonly moved = (event: PointerEvent): void => {
    this.hover.move(event.clientX);
    if (!(event.buttons & 1)) return;
    if (this.strokeFrom) this.strokeTo(event);
    else if (this.following !== null) this.follow(event, this.following);
  };

  private readonly released = (): void => {
    if (this.strokeFrom) this.dispatchEvent(new DrawnEvent(this.pencil));
    this.following = this.strokeFrom = null;
  };

  /** Takes the point of a curve, of any where it is null, that is nearest to the pointer. */
  private follow(event: PointerEvent, curve: number | null): void {
    const frame = this.frame();
    if (!frame) return;
    const { left, top } = this.plot.getBoundingClientRect();
    const found = nearest(this.curves, [event.clientX - left, event.clientY - top], frame, curve);
    if (found) this.choose(found);
  }

  private get drawnAt(): readonly number[] {
    return this.places ?? places(this.across(), this.whole);
  }

  private strokeTo(event: PointerEvent): void {
    const frame = this.frame();
    if (!frame) return;
    const { left, top } = this.plot.getBoundingClientRect();
    const to: Point = { x: fromX(frame, event.clientX - left), y: fromY(frame, event.clientY - top) };
    this.pencil = stroked(this.pencil, this.drawnAt, this.strokeFrom ?? to, to, frame.y as [number, number]);
    this.at = nearestPlace(this.drawnAt, to.x);
    this.strokeFrom = to;
  }

  private readonly pencilled = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const found = keyed(event.key, this.pencil, this.drawnAt, this.at, this.reach());
    if (!found) return;
    event.preventDefault();
    this.at = found.place;
    if (!found.drawn) return;
    this.pencil = found.drawn;
    this.dispatchEvent(new DrawnEvent(found.drawn));
  };

  /** Puts the handle where its point is drawn. */
  private put(): void {
    const { handle, plot, chosen, pencil } = this;
    const frame = this.frame();
    if (!handle || !frame) return;
    const point = this.drawing ? { x: this.at, y: pencil.find(({ x }) => x === this.at)?.y ?? startHeight(pencil, this.at, frame.y as [number, number]) } : chosen && this.heightOf(chosen);
    if (!point) return;
    handle.style.left = `${plot.offsetLeft + toX(frame, point.x)}px`;
    handle.style.top = `${plot.offsetTop + toY(frame, point.y)}px`;
  }

  private heightOf({ curve, x }: ChosenPoint): Point | null {
    const [series] = this.curves[curve] ? readOut(this.curves[curve]) : [];
    const y = series ? valueAt(series, x, Infinity) : null;
    return y === null ? null : { x, y };
  }
}

/** A number of an axis with as many decimals as tell it from the next one. */
function decimals(tick: number, [first = 0, second = 1]: number[]): string {
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(Math.abs(second - first)) - 1e-9)));
  return tick.toFixed(digits);
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-line-chart': LineChart;
  }
  interface HTMLElementEventMap {
    drawn: DrawnEvent;
  }
}
