import { html, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import { RevealEvent } from '../../../kit/notice/notice';
import { styled } from '../../../kit/styled';
import { LabChart } from '../../elements/lab-element';
import type { ExperimentView } from '../../store/experiment-view';
import { trainingLoss } from '../../store/statistics';
import { colour } from '../run-mark';
import type { ChartData } from './curves';
import { along, nearest, type Point } from './point';
import { pointPanel } from './point-panel';

/** A chart of which a point can be chosen, by pointer, touch and keys, to fork its run there. */
export abstract class PointChart extends LabChart {
  /** Point of a curve that is looked at. */
  @state() private point: Point | null = null;

  @query('.handle') private readonly handle!: HTMLElement | null;
  protected abstract data: ChartData;
  protected drawn: uPlot | undefined;
  /** The experiment that the point is of. */
  private shown: ExperimentView | null = null;
  /** The run whose curve is followed while the pointer is down. */
  private following: number | null = null;

  /** Keeps the point while its experiment is shown and has it. */
  protected keepPoint(): void {
    const { view } = this.store.runner;
    const gone = this.point !== null && !this.data.runs[this.point.run]?.steps.includes(this.point.step);
    if (gone || view !== this.shown) this.point = null;
    this.shown = view;
  }

  /** It is moved by arrow keys like a slider, along its curve and to the next one. */
  protected renderHandle() {
    const { point } = this;
    const first = this.data.runs.findIndex(({ steps }) => steps.length > 0);
    const run = point?.run ?? first;
    const steps = this.data.runs[run]?.steps;
    if (!steps || this.store.readOnly) return nothing;
    const text = this.words.messages.results;
    return html`<div
      class="handle"
      role="slider"
      tabindex="0"
      ?data-chosen=${point !== null}
      ${styled({ '--run': colour(run) })}
      aria-label=${text.pointOf(this.nameOf(run))}
      aria-valuemin=${steps[0]!}
      aria-valuemax=${steps.at(-1)!}
      aria-valuenow=${point?.step ?? steps.at(-1)!}
      aria-valuetext=${this.pointText(point ?? { run, step: steps.at(-1)! })}
      aria-describedby="keys"
      @focus=${() => (this.point ??= { run, step: steps.at(-1)! })}
      @keydown=${this.keyed}
    ></div>`;
  }

  protected renderPoint() {
    const { view } = this.store.runner;
    if (this.store.readOnly || !view || this.data.runs.every(({ steps }) => steps.length === 0)) return nothing;
    const { point } = this;
    const chosen = point && { run: point.run, name: this.nameOf(point.run), said: this.pointText(point), room: this.store.editor.canFork(view.spec, point.run) };
    return pointPanel(this.words.messages.results, chosen, this.fork);
  }

  private nameOf(run: number): string {
    return this.store.runner.view?.runs[run]?.name ?? '';
  }

  private pointText({ run, step }: Point): string {
    const columns = this.data.runs[run]!;
    const at = this.data.steps.indexOf(step);
    const text = (value: number | null | undefined): string | null => (value == null ? null : this.format.loss(value));
    const validation = columns.unmeasured === step ? null : text(columns.validation[at]);
    return this.words.messages.results.point(String(step), text(trainingLoss(this.store.runner.view!.runs[run]!.curve('loss'), step)) ?? '–', validation);
  }

  private readonly fork = (): void => {
    const { editor, runner } = this.store;
    if (!this.point || !runner.view) return;
    editor.forkOf(runner.view.spec, this.point.run, this.point.step);
    this.dispatchEvent(new RevealEvent('fork', editor.spec.runs[editor.selected]!.name));
  };

  private readonly keyed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.point = null;
    else {
      const moved = this.point && along(this.data, this.point, event.key);
      if (!moved) return;
      this.point = moved;
    }
    event.preventDefault();
  };

  protected readonly pressed = (event: PointerEvent): void => {
    if (event.button !== 0 || this.store.readOnly) return;
    this.follow(event, null);
    this.following = this.point?.run ?? null;
    if (this.following !== null) void this.updateComplete.then(() => this.handle?.focus({ preventScroll: true }));
    // The focus is on the handle, and stays there.
    event.preventDefault();
  };

  protected readonly moved = (event: PointerEvent): void => {
    if (this.following !== null && event.buttons & 1) this.follow(event, this.following);
  };

  protected readonly released = (): void => {
    this.following = null;
  };

  /** Takes the point of a curve, of any where `run` is null, that is nearest to the pointer. */
  private follow(event: PointerEvent, run: number | null): void {
    const chart = this.drawn;
    const over = chart?.over.getBoundingClientRect();
    if (!chart || !over) return;
    const place = (step: number, loss: number): [number, number] => [chart.valToPos(step, 'x'), chart.valToPos(loss, 'y')];
    this.point = nearest(this.data, [event.clientX - over.left, event.clientY - over.top], place, run) ?? this.point;
  }

  /** Puts the handle where its point is drawn. */
  protected place(chart: uPlot): void {
    const { handle, point, plot } = this;
    const loss = point && this.data.runs[point.run]?.smoothed[this.data.steps.indexOf(point.step)];
    if (!handle || !point || loss == null) return;
    const [x, y] = [chart.valToPos(point.step, 'x', true), chart.valToPos(loss, 'y', true)].map((pixels) => pixels / devicePixelRatio);
    handle.style.left = `${plot.offsetLeft + x!}px`;
    handle.style.top = `${plot.offsetTop + y!}px`;
  }
}
