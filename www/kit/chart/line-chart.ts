import { html, nothing, type PropertyValues } from 'lit';
import { customElement, query, queryAll, state } from 'lit/decorators.js';
import { shared } from '../base.css';
import { styled } from '../styled';
import '../table/table';
import { tableStyles } from '../table/table.css';
import { chartStyles } from './chart.css';
import { endOf, lastIndex, readOut, type ChosenPoint, type Point } from './curves';
import { Hover, type Hovered } from './hover';
import { lineChart } from './line-chart.css';
import { LinePlot } from './line-plot';
import { markedName } from './mark';
import { fromX, fromY, toX, toY } from './outline';
import { PENCIL, keyed, nearestPlace, places, startHeight, stroked } from './pencil';
import { REFERENCE } from './scene';
import { measuredAt, pointText, rows } from './values';
import { along, has, nearest, path } from './walk';

/** A curve was drawn by hand, or a part of it: `points` has what there is of it now, in order of x. */
export class DrawnEvent extends Event {
  constructor(readonly points: readonly Point[]) {
    super('drawn', { bubbles: true, composed: true });
  }
}

/**
 * Lines over an axis, drawn while they grow: the columns of its curves may become longer in place, and whoever lets them grow sets `curves`
 * anew. Tells `choose` when a point was chosen, by pointer, touch or keys, and `drawn` when a curve was drawn by hand. Slot `below`: what
 * can be done with a chosen point.
 */
@customElement('tinyai-line-chart')
export class LineChart extends LinePlot {
  static override styles = [shared, tableStyles, chartStyles, lineChart];

  @query('.handle') private readonly handle!: HTMLElement | null;
  @query('.layer') private readonly layer!: HTMLElement;
  @query('.place') private readonly place!: HTMLElement;
  @query('.said') private readonly said!: HTMLElement;
  @queryAll('data') private readonly values!: NodeListOf<HTMLDataElement>;
  /** Whether the table of values is open. */
  @state() private tabled = false;
  /** The place at which keys draw. */
  @state() private at = NaN;
  /** The curve that is followed while the pointer is down, or where its stroke came from. */
  private following: number | null = null;
  private strokeFrom: Point | null = null;
  private readonly hover = new Hover(() => this.hovered());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.hover.stop();
  }

  // ---- What is rendered

  override render() {
    const { told, curves, text, chosen, empty, remark } = this;
    return html`
      <div class="readout">
        <span class="place" ?hidden=${!curves.some(path)}></span>
        ${told.map((curve) => html`<span>${markedName(curve.name, curve.colour, curve.dash)} <span class="values">${readOut(curve).map(({ name }, i) => html`${i > 0 ? ' · ' : ''}${name} <data></data>`)}</span></span>`)}
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

  private renderKey() {
    const kinds = new Map(this.curves.flatMap(({ series }) => series.flatMap((one) => (one.key ? [[one.key, one] as const] : []))));
    const keyed = this.references.filter((reference) => reference.keyed);
    if (kinds.size + keyed.length === 0) return nothing;
    return html`<span class="key"
      >${[...kinds].map(
        ([name, { style, width }]) => html`<span
          ><svg width="26" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="26" y2="4" stroke-width=${width ?? (style === 'points' ? 2.6 : 1.6)} />${style === 'points' ? html`<svg><circle cx="13" cy="4" r="3.4" /></svg>` : nothing}</svg
          >${name}</span
        >`,
      )}${keyed.map(
        ({ name, y, dash = REFERENCE }) => html`<span><svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke-width="1.2" stroke-dasharray=${dash.join(' ')} /></svg>${name} ${this.formatY(y)}</span>`,
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
      aria-valuenow=${height ?? startHeight(pencil, this.at, [low, high], this.pencilStart)}
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
    const columns = told.flatMap((curve) => readOut(curve).map((series) => ({ curve, series })));
    const value = (x: number, { series }: (typeof columns)[number]): string => {
      const found = measuredAt(series, x);
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
                ${rows(this.measured).map((x) => html`<tr><th scope="row">${formatX(x)}</th>${columns.map((column) => html`<td class="number">${value(x, column)}</td>`)}</tr>`)}
              </tbody>
            </table>
          </tinyai-table>`
        : nothing}
    </details>`;
  }

  protected override willUpdate(_changed: PropertyValues): void {
    if (this.chosen && !has(this.curves[this.chosen.curve], this.chosen.x)) this.choose(null);
    const at = this.drawnAt;
    if (!at.includes(this.at)) this.at = at[0]!;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.drawn();
  }

  protected override drawn(): void {
    this.put();
    this.hover.write(this.chosen?.x ?? null);
  }

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
    const found = keyed(event.key, this.pencil, this.drawnAt, this.at, this.reach(), this.pencilStart);
    if (!found) return;
    event.preventDefault();
    this.at = found.place;
    if (!found.drawn) return;
    this.pencil = found.drawn;
    this.dispatchEvent(new DrawnEvent(found.drawn));
  };

  /** Moves the focus to what the keys move. */
  override focus(options?: FocusOptions): void {
    this.handle?.focus(options);
  }

  /** Puts the handle where its point is drawn. */
  private put(): void {
    const { handle, plot, chosen, pencil } = this;
    const frame = this.frame();
    if (!handle || !frame) return;
    const point = this.drawing ? { x: this.at, y: pencil.find(({ x }) => x === this.at)?.y ?? startHeight(pencil, this.at, frame.y as [number, number], this.pencilStart) } : chosen && this.heightOf(chosen);
    if (!point) return;
    handle.style.left = `${plot.offsetLeft + toX(frame, point.x)}px`;
    handle.style.top = `${plot.offsetTop + toY(frame, point.y)}px`;
  }

  private heightOf({ curve, x }: ChosenPoint): Point | null {
    const [series] = this.curves[curve] ? readOut(this.curves[curve]) : [];
    const at = series ? lastIndex(series, x) : -1;
    return at < 0 ? null : { x, y: series!.y[at]! };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-line-chart': LineChart;
  }
  interface HTMLElementEventMap {
    drawn: DrawnEvent;
  }
}
