import { html, nothing, svg, type SVGTemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { equal, ranksOf } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { around, quantity, quantityStyles } from '../../../shell/figures/quantity';
import type { AtGate } from '../../../types/generated/AtGate';
import type { Planned } from '../../../types/generated/Planned';
import type { PlannedRank } from '../../../types/generated/PlannedRank';
import type { Span } from '../../../types/generated/Span';
import { actionText } from '../action-text';
import '../core-choice/core-choice';
import { lastStep, type Drawable } from '../last-step';
import { ParallelElement } from '../parallel-element';
import { MEASURED, MODELLED, stepFacts } from '../step-facts';
import { lanes, rowOf, ticks, type Lane } from './lanes';
import { layout, type LaneBox, type Layout } from './layout';
import { CLASSES, fill, ground, onKind, patterns } from './patterns';
import { Playhead, lessMotion, slowedBy, type Sweep } from './playhead';
import './timeline-table';
import { styles } from './rank-timeline.css';
import { Zoom } from './zoom';

/** Pixels that a letter of a mark takes; a mark that does not fit its span is left out. */
const LETTER = 7.5;
/** Pixels between two ticks of the axis. */
const TICK_ROOM = 80;

/** What is drawn: a plan, and what was measured below it. */
interface Drawn {
  planned: Planned;
  /** In forwards where nothing was measured yet, else in seconds. */
  unit: 'forward' | 'seconds';
  plan: Drawable;
  run: Drawable | null;
  step: number;
}

/** A row for each rank: what was planned above what was measured, over one scale of time. */
@customElement('tinyai-rank-timeline')
export class RankTimeline extends ParallelElement {
  static override styles = [shared, quantityStyles, styles];

  @query('.plot') private readonly plot: HTMLElement | null | undefined;
  @state() private width = 0;
  @state() private pointed: { span: Span; name: string } | null = null;

  private shape: Layout = layout(1, 900, false);
  private readonly zoom = new Zoom(this, () => {
    const box = this.plot!.getBoundingClientRect();
    return { left: box.left + this.shape.left, width: this.shape.inner };
  });
  private readonly resized = new ResizeObserver(([entry]) => (this.width = Math.floor(entry!.contentRect.width)));

  constructor() {
    super();
    new Playhead(this, () => this.sweep(), () => this.renderRoot.querySelector<HTMLElement>('.playhead'));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  /** What there is to draw: the last step of the run, or the plan of what is written. With a core for each rank, what was measured has no place beside it. */
  private drawn(): Drawn | null {
    const { planned, showsRun, measured, ownCores } = this.view;
    if (!planned) return null;
    const prediction = showsRun ? measured?.parallel.prediction : undefined;
    if (!measured || !prediction) return { planned, unit: 'forward', plan: planned.timeline, run: null, step: 0 };
    const { ranks } = measured;
    return {
      planned,
      unit: 'seconds',
      plan: prediction.timeline,
      run: ranks.length > 0 && (!ownCores || this.store.runner.byHand) ? lastStep(ranks) : null,
      step: ranks[0]?.step ?? 0,
    };
  }

  override render() {
    const text = this.own.timeline;
    const drawn = this.drawn();
    const caption = drawn?.run ? text.captionRun(drawn.step) : drawn?.unit === 'seconds' ? text.captionPrediction : text.captionPlan;
    return html`
      <tinyai-figure .number=${this.text.results.figure(1)} .heading=${text.title} .caption=${caption}>
        ${drawn ? this.renderFigures(drawn) : nothing} <tinyai-core-choice></tinyai-core-choice> ${this.renderOther()}
        ${drawn ? this.renderDrawn(drawn) : this.renderEmpty()}
      </tinyai-figure>
    `;
  }

  private renderEmpty() {
    const { planning, config } = this.view;
    if (!planning) return html`<p class="empty">${this.own.timeline.noPlan}</p>`;
    // What is to come will not move what stands below.
    const { height } = layout(ranksOf(config), this.width, false);
    return html`<p class="facts" slot="aside">\u00a0</p><div class="planning" ${styled({ 'min-height': `calc(${height}px + 6.2rem)` })}></div>`;
  }

  /**
   * The bubble and the time of a step. The drawing is of one step, but what a step takes is said of all, so that the page has one value:
   * the median, or what is modelled.
   */
  private renderFigures({ planned, unit }: Drawn) {
    const text = this.own.timeline;
    const { percent, short } = this.format;
    const { measured } = this.view;
    if (unit === 'forward' || !measured) {
      const share = planned.timeline.bubble_fraction;
      return html`<p class="facts" slot="aside"><span>${around(text.bubble, quantity(this.view.lines.mesh?.name ?? '', 'planned_bubble_fraction', share, percent(share)))}</span> <small>${text.planned}</small></p>`;
    }
    const facts = stepFacts(this.view);
    const names = facts.modelled ? MODELLED : MEASURED;
    return html`<p class="facts" slot="aside">
      ${facts.bubble === null ? nothing : html`<span>${around(text.bubble, quantity(measured.name, names.bubble, facts.bubble, percent(facts.bubble)))}</span>`}
      ${facts.time === null ? nothing : html`<span>${around(text.step, quantity(measured.name, names.time, facts.time, `${short(facts.time)} ${this.text.units.ms}`))}</span>`}
      ${facts.bubble === null && facts.time === null ? nothing : html`<small>${facts.modelled ? text.modelled : text.median}</small>`}
    </p>`;
  }

  /** While the ranks train, a line goes over the plan: an animation, not a measurement. */
  private sweep(): Sweep | null {
    const { inTurn, measured, showsRun } = this.view;
    const { runner } = this.store;
    const prediction = measured?.parallel.prediction;
    if (!showsRun || !prediction || inTurn !== measured || measured.phase !== 'training' || measured.status !== 'running' || runner.byHand || runner.phase === 'paused') return null;
    if (!this.zoom.whole || this.width === 0 || lessMotion()) return null;
    const expected = measured.figure('step_time')?.value ?? 1000 * prediction.step_seconds;
    const { left, inner } = this.shape;
    const longest = Math.max(prediction.timeline.makespan, this.drawn()?.run?.makespan ?? 0);
    return { step: measured.step, expected, from: left, to: left + (inner * prediction.timeline.makespan) / longest };
  }

  /** A way from the last run to the new plan and back, where they differ. */
  private renderOther() {
    const { view } = this;
    if (!view.outdated || this.store.runner.busy || !view.measured || view.measured.ranks.length === 0) return nothing;
    const text = this.own.timeline;
    const { showsRun } = view;
    return html`<p class="other">
      ${showsRun ? text.viewsRun : text.viewsPlan}
      <button class="link" @click=${() => view.lookBack(!showsRun)}>${showsRun ? text.showPlan : text.showRun}</button>
    </p>`;
  }

  private renderDrawn(drawn: Drawn) {
    const text = this.own.timeline;
    this.shape = layout(drawn.planned.ranks.length, this.width, drawn.run !== null, drawn.planned.ranks.map(({ data }) => data));
    const gates = this.gates();
    const makespan = Math.max(drawn.plan.makespan, drawn.run?.makespan ?? 0);
    const { zoom } = this;
    return html`
      <svg class="patterns" width="0" height="0" aria-hidden="true">${patterns}</svg>
      <div class="tools">
        <ul class="key">
          ${CLASSES.filter((kind) => kind !== 'weight' || this.splits(drawn)).map(
            (kind) => html`<li>
              <svg aria-hidden="true"><rect width="100%" height="100%" ${styled({ fill: fill[kind] })} />${kind === 'wait' ? svg`<line class="flow" x1="0" x2="100%" y1="50%" y2="50%" />` : nothing}</svg>
              ${text.kinds[kind]}
            </li>`,
          )}
        </ul>
        <div class="zoom" role="group" aria-label=${text.title}>
          <button title=${text.zoomOut} aria-label=${text.zoomOut} ?disabled=${zoom.whole} @click=${() => zoom.out()}>−</button>
          <button title=${text.zoomIn} aria-label=${text.zoomIn} @click=${() => zoom.in()}>+</button>
          <button ?disabled=${zoom.whole} @click=${() => zoom.reset()}>${text.whole}</button>
        </div>
      </div>
      <div
        class="plot"
        ${styled({ 'min-height': `${this.shape.height}px` })}
        tabindex="0"
        role="group"
        aria-label=${text.keyHint}
        @keydown=${zoom.key}
        @wheel=${zoom.wheel}
        @pointerdown=${zoom.down}
        @pointermove=${(event: PointerEvent) => this.moved(event, drawn, makespan)}
        @pointerup=${zoom.up}
        @pointercancel=${zoom.up}
        @pointerleave=${() => (this.pointed = null)}
        @dblclick=${() => zoom.reset()}
      >
        ${this.sweep() ? html`<div class="playhead" ${styled({ top: `${this.shape.top}px`, height: `${this.shape.bottom - this.shape.top}px` })} aria-hidden="true"></div>` : nothing}
        ${this.width > 0
          ? guard([drawn.planned, drawn.plan, drawn.run, zoom.range, zoom.dragged, this.width, this.words, ...gates], () => this.renderPlot(drawn, gates, makespan))
          : nothing}
      </div>
      <p class="point">${this.pointed ? this.renderPointed(drawn, this.pointed) : (this.renderSweep() ?? html`${text.point} ${text.zoomHint}`)}</p>
      <tinyai-timeline-table .timeline=${drawn.run ?? drawn.plan} .planned=${drawn.planned} .inSeconds=${drawn.unit === 'seconds'}></tinyai-timeline-table>
    `;
  }

  private renderSweep(): string | null {
    const sweep = this.sweep();
    if (!sweep) return null;
    const slowed = slowedBy(sweep.expected);
    return this.own.timeline.playhead(slowed > 1 ? this.format.count(Math.round(slowed)) : null);
  }

  /** Ranks of what is drawn that wait before an action. */
  private gates(): readonly AtGate[] {
    const { runner } = this.store;
    const { inTurn, measured, showsRun } = this.view;
    return showsRun && runner.byHand && inTurn?.status === 'running' && inTurn === measured ? runner.gates : [];
  }

  /** Whether backwards are split, so that weight gradients are a kind of their own. */
  private splits({ plan }: Drawn): boolean {
    return plan.spans.some(({ action }) => action?.type === 'backward_weight');
  }

  private renderPlot(drawn: Drawn, gates: readonly AtGate[], makespan: number) {
    const { shape } = this;
    const text = this.own.timeline;
    const ends = { reduce_gradients: text.reduce, optimizer_step: text.update };
    const planned = lanes(drawn.plan, drawn.planned.ranks, ends);
    const measured = drawn.run ? lanes(drawn.run, drawn.planned.ranks, ends) : null;
    const { from, to } = this.zoom.range;
    const x = (time: number): number => shape.left + ((time / makespan - from) / (to - from)) * shape.inner;
    const { dragged } = this.zoom;
    return html`<svg width=${this.width} height=${shape.height} viewBox="0 0 ${this.width} ${shape.height}" role="img" aria-label=${this.summary(drawn)}>
      ${this.renderAxis(drawn, from * makespan, to * makespan, x)}
      ${shape.wide ? svg`<text class="faint" x=${shape.left + shape.inner + 10} y=${shape.header}>${text.busy}</text>` : nothing}
      ${drawn.planned.ranks.map((rank, i) => [
        this.renderRank(drawn, rank, shape.rows[i]!, planned[i]!, measured?.[i] ?? null, x),
        this.renderNext(drawn, rank, gates.find((gate) => gate.rank === rank.rank), shape.rows[i]!.plan, x),
      ])}
      ${dragged ? svg`<rect class="dragged" x=${x(dragged.from * makespan)} y=${shape.top} width=${Math.max(0, x(dragged.to * makespan) - x(dragged.from * makespan))} height=${shape.bottom - shape.top} />` : nothing}
    </svg>`;
  }

  /** What ends at the edges of the plot. A clip path would do, but with its reference Chromium keeps what was drawn for a while after it is gone. */
  private clipped(content: SVGTemplateResult): SVGTemplateResult {
    const { left, inner, height } = this.shape;
    return svg`<svg x=${left} y="0" width=${inner} height=${height} viewBox="${left} 0 ${inner} ${height}">${content}</svg>`;
  }

  private renderAxis({ unit, plan, run }: Drawn, start: number, end: number, x: (time: number) => number) {
    const text = this.own.timeline;
    const { shape } = this;
    const scale = unit === 'forward' ? 1 : end < 10 ? 1000 : 1;
    const name = unit === 'forward' ? text.unitAxis : scale === 1000 ? text.millisecondAxis : text.secondAxis;
    const at = ticks(start * scale, end * scale, shape.inner / TICK_ROOM);
    const line = (time: number) => svg`<line class="end" x1=${x(time)} x2=${x(time)} y1=${shape.top} y2=${shape.bottom} />`;
    return svg`
      ${this.clipped(svg`
        ${at.map((value) => svg`<line class="grid" x1=${x(value / scale)} x2=${x(value / scale)} y1=${shape.top} y2=${shape.bottom + 4} />`)}
        ${run && run.makespan !== plan.makespan ? [line(run.makespan), line(plan.makespan)] : nothing}
      `)}
      ${at.map((value) => svg`<text class="faint" text-anchor="middle" x=${x(value / scale)} y=${shape.bottom + 20}>${this.format.short(value)}</text>`)}
      <text class="faint" text-anchor="end" x=${shape.left + shape.inner} y=${shape.bottom + 38}>${name}</text>`;
  }

  private renderRank(drawn: Drawn, { rank, pipeline, tensor, data }: PlannedRank, { plan, run, above }: Layout['rows'][number], planned: Lane, measured: Lane | null, x: (time: number) => number) {
    const text = this.own;
    const { shape } = this;
    const last = drawn.planned.ranks.at(-1)!;
    const where = [last.pipeline > 0 ? text.mesh.stage(pipeline) : '', last.tensor > 0 ? text.mesh.slice(tensor, last.tensor + 1) : ''].filter(Boolean);
    const lane = (which: string, y: number) => svg`<text class="faint" text-anchor="end" x=${shape.left - 8} y=${y}>${which}</text>`;
    return svg`
      ${above === null ? nothing : svg`<line class="between" x1="0" x2=${this.width} y1=${above} y2=${above} /><text class="faint" x="0" y=${above + 15}>${text.mesh.replica(data)}</text>`}
      <text class="rank" x="0" y=${plan.y + shape.baseline(plan.height)}>${text.mesh.rank(rank)}</text>
      ${shape.wide && run ? svg`<text class="faint" x="0" y=${run.y + shape.baseline(run.height)}>${where[0] ?? ''}</text>` : nothing}
      ${shape.wide ? lane(drawn.unit === 'seconds' ? text.timeline.predicted : (where[0] ?? text.timeline.planned), plan.y + shape.baseline(plan.height)) : nothing}
      ${shape.wide && run ? lane(text.timeline.measured, run.y + shape.baseline(run.height)) : nothing}
      ${this.renderLane(planned, plan.y, plan.height, x)} ${measured && run ? this.renderLane(measured, run.y, run.height, x) : nothing}
    `;
  }

  /** In step-through: a frame around what the rank will compute next. */
  private renderNext({ planned, plan }: Drawn, rank: PlannedRank, gate: AtGate | undefined, { y, height }: LaneBox, x: (time: number) => number) {
    if (!gate) return nothing;
    const list = planned.schedule[rank.pipeline] ?? [];
    const next = list.slice(list.findIndex((action) => equal(action, gate.action))).find((action) => !/^(send|recv)/.test(action.type));
    const row = rowOf(plan, planned.ranks, rank);
    const spans = plan.spans.filter((span) => span.rank === row && next && span.action?.type === next.type && equal(span.action, next));
    if (spans.length === 0) return nothing;
    const [start, end] = [x(spans[0]!.start), x(spans.at(-1)!.end)];
    return this.clipped(svg`<rect class="next" x=${start} y=${y - 2} width=${Math.max(2, end - start)} height=${height + 4} />`);
  }

  private renderLane({ pieces, marks, computing }: Lane, y: number, height: number, x: (time: number) => number) {
    const { shape } = this;
    const right = shape.left + shape.inner;
    const seen = pieces.filter(({ span }) => x(span.end) >= shape.left && x(span.start) <= right);
    // One path for all spans of a kind: a step may have thousands.
    const path = (kind: string): string =>
      seen.flatMap((piece) => (piece.kind === kind ? `M${x(piece.span.start).toFixed(1)} ${y}H${x(piece.span.end).toFixed(1)}v${height}H${x(piece.span.start).toFixed(1)}z` : [])).join('');
    const labels = height < 13 ? [] : marks.flatMap((mark) => {
      const [start, end] = [Math.max(shape.left, x(mark.start)), Math.min(right, x(mark.end))];
      return end - start >= LETTER * mark.text.length + 3 ? [{ ...mark, at: (start + end) / 2 }] : [];
    });
    return svg`
      <line class="flow" x1=${shape.left} x2=${right} y1=${y + height / 2} y2=${y + height / 2} />
      ${this.clipped(svg`
        ${CLASSES.map((kind) => (kind === 'wait' ? nothing : svg`<path d=${path(kind)} ${styled({ fill: fill[kind] })} />`))}
        <path class="between-actions" d=${marks.flatMap(({ start, end }) => [start, end]).map((time) => `M${x(time).toFixed(1)} ${y}v${height}`).join('')} />
        ${labels.map(({ at, text, kind }) => svg`<text class="mark ${kind}" x=${at} y=${y + shape.baseline(height)} ${styled({ stroke: ground[kind], fill: onKind[kind] })}>${text}</text>`)}
      `)}
      <text x=${right + 10} y=${y + shape.baseline(height)}><title>${this.own.timeline.busyHint}</title>${this.format.percent(computing)}</text>`;
  }

  private moved(event: PointerEvent, drawn: Drawn, makespan: number): void {
    this.zoom.move(event);
    const box = this.plot!.getBoundingClientRect();
    const { from, to } = this.zoom.range;
    const time = makespan * (from + ((event.clientX - box.left - this.shape.left) / this.shape.inner) * (to - from));
    const y = event.clientY - box.top;
    const row = this.shape.rows.findIndex(({ plan, run }) => y >= plan.y && y < (run ? run.y + run.height : plan.y + plan.height));
    const { run } = this.shape.rows[row] ?? {};
    const rank = drawn.planned.ranks[row];
    const measured = run !== undefined && run !== null && y >= run.y - 1;
    const timeline = measured ? drawn.run : drawn.plan;
    if (!rank || !timeline) return void (this.pointed = null);
    const at = rowOf(timeline, drawn.planned.ranks, rank);
    const span = timeline.spans.find((span) => span.rank === at && span.start <= time && time < span.end);
    this.pointed = span ? { span: { ...span, rank: rank.rank }, name: measured ? 'measured' : 'planned' } : null;
  }

  private renderPointed(drawn: Drawn, { span, name }: { span: Span; name: string }) {
    const text = this.own;
    const { ranks, schedule } = drawn.planned;
    const what = actionText(text, span.action, schedule.length, ranks[0]!.segments.length);
    const lane = name === 'measured' ? text.timeline.measured : drawn.unit === 'seconds' ? text.timeline.predicted : text.timeline.planned;
    const kind = span.kind === 'compute' ? '' : ` (${text.timeline.kinds[span.kind]})`;
    return html`<b>${text.mesh.rank(span.rank)}</b>, ${lane}: <b>${what}</b>${kind} · ${this.time(span.start, drawn)} – ${this.time(span.end, drawn)} · <b>${this.time(span.end - span.start, drawn)}</b>`;
  }

  private time(value: number, { unit }: Drawn): string {
    const { short } = this.format;
    return unit === 'forward' ? this.own.timeline.unit(short(value)) : `${short(1000 * value)} ${this.text.units.ms}`;
  }

  private summary(drawn: Drawn): string {
    const text = this.own.timeline;
    return `${text.title}. ${text.summary(drawn.planned.ranks.length, this.time((drawn.run ?? drawn.plan).makespan, drawn))}`;
  }
}
