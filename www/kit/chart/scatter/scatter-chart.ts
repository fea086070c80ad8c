import { html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../../base.css';
import { styled } from '../../styled';
import '../../table/table';
import { tableStyles } from '../../table/table.css';
import { chartStyles } from '../chart.css';
import { tableCsv } from '../csv';
import { ElementPainter } from '../element-painter';
import type { Frame } from '../outline';
import type { Painter } from '../painter';
import { PictureElement, type Sheet } from '../picture-element';
import { axisOf } from './axis';
import { paintMark } from './marks';
import { front, isKnown } from './pareto';
import { frameOf, paintAxes, paintFront, paintPoints, spotOf, type ScatterAxis, type ScatterPoint, type ScatterScene } from './scene';
import { scatter } from './scatter.css';

/** An axis of whole numbers, which are not written. */
const EMPTY = { low: 0, high: 5, log: false };
const PLAIN: ScatterAxis = { name: '', log: false, format: String, tick: String };

const over = (value: number | null, unit: number): number | null => (value === null ? null : value / unit);
const bothOver = (range: ScatterPoint['rangeX'], unit: number): ScatterPoint['rangeX'] => (range ? [range[0] / unit, range[1] / unit] : null);

/** A point with its values in the units of the axes. */
const inUnits = (point: ScatterPoint, x: number, y: number): ScatterPoint => ({ ...point, x: over(point.x, x), y: over(point.y, y), rangeX: bothOver(point.rangeX, x), rangeY: bothOver(point.rangeY, y) });

/** How near the pointer has to be to a point, in CSS pixels. */
const NEAR = 60;

/**
 * Points of two quantities of which less is better, with their Pareto front. Tells `choose` when a point was chosen, by pointer, touch or
 * keys.
 */
@customElement('tinyai-scatter-chart')
export class ScatterChart extends PictureElement {
  static override styles = [shared, tableStyles, chartStyles, scatter];

  @property() override label = '';
  /** What the points are, as the head of their column. */
  @property() what = '';
  @property({ attribute: false }) points: readonly ScatterPoint[] = [];
  @property({ attribute: false }) axisX: ScatterAxis = PLAIN;
  @property({ attribute: false }) axisY: ScatterAxis = PLAIN;
  /** What stands where points will be, while there are none. */
  @property() empty = '';
  /** Index of the point that was chosen. */
  @property({ attribute: false }) chosen: number | null = null;

  @query('.handle') private readonly handle!: HTMLElement | null;
  @state() private pointed: number | null = null;
  @state() private tabled = false;

  // ---- What is saved

  /** A row for each point; where any was measured several times, with the least and the greatest. */
  csv(): string {
    const { points, axisX, axisY, text } = this;
    const onFront = new Set(front(points));
    const [rangedX, rangedY] = [points.some(({ rangeX }) => rangeX), points.some(({ rangeY }) => rangeY)];
    const ranged = (name: string, has: boolean): string[] => (has ? [name, ...['1', '2'].map((edge) => `${name}: ${edge}`)] : [name]);
    const cells = (value: number | null, range: ScatterPoint['rangeX'], has: boolean): (number | null)[] => (has ? [value, range?.[0] ?? value, range?.[1] ?? value] : [value]);
    return tableCsv(
      [this.what, ...ranged(axisX.head ?? axisX.name, rangedX), ...ranged(axisY.head ?? axisY.name, rangedY), text.chart.scatter.onFront],
      points.map(({ name, x, y, rangeX, rangeY }, i) => [name, ...cells(x, rangeX, rangedX), ...cells(y, rangeY, rangedY), onFront.has(i) ? text.chart.scatter.yes : text.chart.scatter.no]),
    );
  }

  protected summary(): string {
    const { points, text } = this;
    const { scatter } = text.chart;
    const said = points.map((point, i) => (isKnown(point) ? `${point.name}: ${this.told(i).join(', ')}.` : text.chart.nothingYet(point.name)));
    const names = front(points).map((i) => points[i]!.name);
    return [scatter.better, ...said, ...(names.length > 0 ? [scatter.frontOf(names)] : [])].join(text.chart.between);
  }

  /** Both values of a point in words, with what they are. */
  private told(index: number): string[] {
    const { points, axisX, axisY } = this;
    const { x, y, rangeX, rangeY } = points[index]!;
    const value = ({ name, what = name, format }: ScatterAxis, of: number | null, range: ScatterPoint['rangeX']): string => `${what} ${of === null || !Number.isFinite(of) ? '–' : format(of)}${range ? ` (${this.text.chart.scatter.range(format(range[0]), format(range[1]))})` : ''}`;
    return [value(axisX, x, rangeX), value(axisY, y, rangeY)];
  }

  // ---- What is drawn

  private get scene(): ScatterScene {
    const { axisX, axisY } = this;
    const points = this.points.map((point) => inUnits(point, axisX.unit ?? 1, axisY.unit ?? 1));
    const known = points.filter(isKnown);
    const reach = (axis: ScatterAxis, value: (point: (typeof known)[number]) => number, range: (point: ScatterPoint) => ScatterPoint['rangeX']) =>
      axisOf(known.flatMap((point) => [value(point), ...(range(point) ?? [])]), axis.log);
    return { points, axisX, axisY, across: reach(axisX, ({ x }) => x, ({ rangeX }) => rangeX), up: reach(axisY, ({ y }) => y, ({ rangeY }) => rangeY) };
  }

  protected paint(painter: Painter, sheet: Sheet): void {
    const { scene } = this;
    const frame = frameOf(scene, sheet);
    for (const part of [paintAxes, paintFront, paintPoints]) part(painter, frame, scene, sheet);
  }

  override render() {
    const { points, text, empty, sheet } = this;
    const scene = this.scene;
    const frame = sheet && frameOf(scene, sheet);
    const none = !points.some(isKnown);
    return html`
      <div class="readout">
        ${this.renderReadout()}
        <span class="key"><svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke-width="1.6" stroke-dasharray="6 4" /></svg>${text.chart.scatter.front}</span>
      </div>
      <div class="chart">
        <div class="plot" role="img" aria-label=${[`${this.label}.`, this.summary()].join(' ')} @pointermove=${this.moved} @pointerleave=${() => (this.pointed = null)} @pointerdown=${this.pressed}>
          ${sheet && frame ? this.renderPicture(scene, frame, sheet, none) : nothing}
        </div>
        ${sheet && frame ? this.renderHandle(scene, frame) : nothing} ${none && empty !== '' ? html`<p class="empty">${empty}</p>` : nothing}
        <p class="keys screen-only" id="keys">${text.chart.scatter.keys}</p>
      </div>
      ${none ? nothing : this.renderTable()}
    `;
  }

  private renderPicture(scene: ScatterScene, frame: Frame, sheet: Sheet, none: boolean) {
    const painted = (part: typeof paintPoints): TemplateResult[] => {
      const painter = new ElementPainter();
      part(painter, frame, scene, sheet);
      return painter.parts;
    };
    // While nothing is drawn, numbers along the axes would be those of nothing.
    const axes = none ? { ...scene, across: EMPTY, up: EMPTY, axisX: { ...scene.axisX, tick: () => '' }, axisY: { ...scene.axisY, tick: () => '' } } : scene;
    const painter = new ElementPainter();
    paintAxes(painter, frame, axes, sheet);
    return html`<svg viewBox="0 0 ${sheet.width} ${sheet.height}" aria-hidden="true">
      <g class="axes">${painter.parts}</g>
      <g class="front">${painted(paintFront)}</g>
      ${this.renderCross(scene, frame)}
      <g class="points">${painted(paintPoints)}</g>
    </svg>`;
  }

  /** Lines from the point that is looked at to both axes. */
  private renderCross(scene: ScatterScene, frame: Frame) {
    const at = this.shown === null ? null : spotOf(frame, scene, scene.points[this.shown]!);
    if (!at) return nothing;
    const bottom = frame.top + frame.height;
    return svg`<g class="cross"><line x1=${at.x} y1=${at.y} x2=${at.x} y2=${bottom} /><line x1=${frame.left} y1=${at.y} x2=${at.x} y2=${at.y} /></g>`;
  }

  private get shown(): number | null {
    const { pointed, chosen, points } = this;
    const shown = pointed ?? chosen;
    return shown !== null && points[shown] ? shown : null;
  }

  private renderReadout() {
    const { points, shown, axisX, axisY, text } = this;
    const onFront = front(points);
    if (shown === null) return onFront.length === 0 ? nothing : html`<span class="quiet">${text.chart.scatter.frontOf(onFront.map((i) => points[i]!.name))}</span>`;
    const point = points[shown]!;
    const value = ({ name, what = name, format }: ScatterAxis, of: number | null, range: ScatterPoint['rangeX'], quantity: string | undefined) => {
      if (of === null || !Number.isFinite(of)) return html`<span>${what} –</span>`;
      const spread = range ? html` <span class="quiet">(${text.chart.scatter.range(format(range[0]), format(range[1]))})</span>` : nothing;
      return html`<span>${what} <data value=${of} data-quantity=${quantity ?? nothing}>${format(of)}</data>${spread}</span>`;
    };
    const mark = new ElementPainter();
    paintMark(mark, point.shape, 8, 8, 6, point.colour, 'var(--paper)', point.hollow);
    return html`
      <span class="name" ${styled({ color: point.colour })}><svg width="16" height="16" aria-hidden="true">${mark.parts}</svg> ${point.name}</span>
      ${value(axisX, point.x, point.rangeX, point.quantityX)} ${value(axisY, point.y, point.rangeY, point.quantityY)}
      <span class="quiet">${onFront.includes(shown) ? text.chart.scatter.onFront : text.chart.scatter.behind}</span>
    `;
  }

  /** It is moved by arrow keys like a slider, from point to point. */
  private renderHandle(scene: ScatterScene, frame: Frame) {
    const { points, chosen, text } = this;
    const order = this.across;
    const index = chosen !== null && order.includes(chosen) ? chosen : order[0];
    const at = index === undefined ? null : spotOf(frame, scene, scene.points[index]!);
    if (index === undefined || !at) return nothing;
    const onFront = front(points).includes(index) ? text.chart.scatter.onFront : text.chart.scatter.behind;
    return html`<div
      class="handle"
      role="slider"
      tabindex="0"
      ?data-chosen=${chosen === index}
      aria-label=${text.chart.scatter.point}
      aria-valuemin="1"
      aria-valuemax=${order.length}
      aria-valuenow=${order.indexOf(index) + 1}
      aria-valuetext=${[points[index]!.name, ...this.told(index), onFront].join(', ')}
      aria-describedby="keys"
      ${styled({ left: `${at.x}px`, top: `${at.y}px`, '--point': points[index]!.colour })}
      @focus=${() => this.chosen ?? this.choose(index)}
      @keydown=${this.keyed}
    ></div>`;
  }

  private renderTable() {
    const { points, axisX, axisY, what, text } = this;
    const onFront = new Set(front(points));
    const cell = ({ format }: ScatterAxis, value: number | null, range: ScatterPoint['rangeX']): string =>
      value === null || !Number.isFinite(value) ? '–' : `${format(value)}${range ? ` (${text.chart.scatter.range(format(range[0]), format(range[1]))})` : ''}`;
    return html`<details class="table screen-only" @toggle=${(event: Event) => (this.tabled = (event.target as HTMLDetailsElement).open)}>
      <summary>${text.chart.table}</summary>
      ${this.tabled
        ? html`<tinyai-table .label=${this.label}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${what}</th>
                  <th scope="col" class="number">${axisX.name}</th>
                  <th scope="col" class="number">${axisY.name}</th>
                  <th scope="col">${text.chart.scatter.onFront}</th>
                </tr>
              </thead>
              <tbody>
                ${points.map(
                  ({ name, x, y, rangeX, rangeY }, i) => html`<tr>
                    <th scope="row">${name}</th>
                    <td class="number">${cell(axisX, x, rangeX)}</td>
                    <td class="number">${cell(axisY, y, rangeY)}</td>
                    <td>${onFront.has(i) ? text.chart.scatter.yes : text.chart.scatter.no}</td>
                  </tr>`,
                )}
              </tbody>
            </table>
          </tinyai-table>`
        : nothing}
    </details>`;
  }

  protected override willUpdate(_changed: PropertyValues): void {
    // Another experiment has other points.
    if (this.chosen !== null && !this.across.includes(this.chosen)) this.chosen = null;
    if (this.pointed !== null && !this.points[this.pointed]) this.pointed = null;
  }

  // ---- What the pointer and the keys do

  /** Indices of the points that are drawn, from left to right. */
  private get across(): number[] {
    const { points } = this;
    const drawn = points.flatMap((point, i) => (isKnown(point) ? [i] : []));
    return drawn.sort((a, b) => points[a]!.x! - points[b]!.x! || points[a]!.y! - points[b]!.y!);
  }

  private choose(index: number | null): void {
    this.chosen = index;
    this.dispatchEvent(new Event('choose'));
  }

  private readonly moved = (event: PointerEvent): void => void (this.pointed = this.nearest(event));

  private readonly pressed = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const found = this.nearest(event);
    if (found === null) return;
    this.choose(found);
    void this.updateComplete.then(() => this.handle?.focus({ preventScroll: true }));
    // The focus is on the handle, and stays there.
    event.preventDefault();
  };

  /** The point nearest to the pointer; null: none is near. */
  private nearest(event: PointerEvent): number | null {
    const { sheet, scene } = this;
    if (!sheet) return null;
    const frame = frameOf(scene, sheet);
    const { left, top } = this.plot.getBoundingClientRect();
    let [found, least]: [number | null, number] = [null, NEAR];
    scene.points.forEach((point, i) => {
      const at = spotOf(frame, scene, point);
      const distance = at ? Math.hypot(at.x - (event.clientX - left), at.y - (event.clientY - top)) : Infinity;
      if (distance < least) [found, least] = [i, distance];
    });
    return found;
  }

  private readonly keyed = (event: KeyboardEvent): void => {
    const { chosen, points } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const order = this.across;
    const upwards = [...order].sort((a, b) => points[a]!.y! - points[b]!.y! || points[a]!.x! - points[b]!.x!);
    const step = (along: readonly number[], by: number): number => along[Math.min(along.length - 1, Math.max(0, along.indexOf(chosen ?? along[0]!) + by))]!;
    const to: Record<string, () => number | null> = {
      ArrowRight: () => step(order, 1),
      ArrowLeft: () => step(order, -1),
      ArrowUp: () => step(upwards, 1),
      ArrowDown: () => step(upwards, -1),
      Home: () => order[0]!,
      End: () => order.at(-1)!,
      Escape: () => null,
    };
    const next = to[event.key];
    if (!next || order.length === 0) return;
    this.choose(next());
    event.preventDefault();
  };

  /** Moves the focus to what the keys move. */
  override focus(options?: FocusOptions): void {
    this.handle?.focus(options);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-scatter-chart': ScatterChart;
  }
}
