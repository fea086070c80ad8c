import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { refusalText } from '../../../kit/form/read-number';
import '../../../kit/run-bar/run-bar';
import type { RunBar, RunState } from '../../../kit/run-bar/run-bar';
import { around, quantity } from '../../figures/quantity';
import { colour } from '../../figures/run-mark';
import type { ExperimentView } from '../../store/experiment-view';
import type { RunView } from '../../store/run-view';
import '../estimate/estimate';
import { LabElement } from '../lab-element';
import { styles } from './control-bar.css';

/** Whether a run tries learning rates. */
const isSearching = ({ phase }: RunView): boolean => (phase as string | null) === 'searching';

/** Run, pause, step, resume, cancel; how far it is and how long it still takes. */
@customElement('tinyai-control-bar')
export class ControlBar extends LabElement {
  static override styles = [shared, styles];

  /** Whether nothing is said of what runs will take. */
  @property({ type: Boolean }) plain = false;

  @query('tinyai-run-bar') private readonly bar!: RunBar | null;

  /** Focuses the button that runs and pauses. */
  override focus(): void {
    this.bar?.focus();
  }

  override render() {
    const { store } = this;
    const { runner } = store;
    const { current, phase } = runner;
    return html`
      <tinyai-run-bar
        .state=${this.runState()}
        ?again=${current?.ended != null}
        .blocked=${this.blocked() ?? ''}
        .status=${this.shownStatus()}
        .announcement=${this.announcement()}
        .progress=${current?.runs.map((run, i) => ({ done: run.share, colour: colour(i) })) ?? []}
        @run=${() => void store.run()}
        @pause=${() => runner.pause()}
        @resume=${() => (phase === 'lost' ? runner.recover(current?.runs.findIndex(({ lost }) => lost) ?? 0) : runner.resumeRun())}
        @step=${() => runner.step()}
        @cancel=${() => store.cancel()}
      >
        <slot></slot>
        ${this.plain ? nothing : html`<tinyai-estimate></tinyai-estimate>`}
        ${current && current.runs.length > 1 && (phase === 'running' || phase === 'paused') ? this.renderCancelRuns(current) : nothing}
      </tinyai-run-bar>
    `;
  }

  private runState(): RunState {
    const { phase } = this.store.runner;
    if (phase === 'loading') return 'starting';
    if (phase === 'lost') return 'paused';
    return phase === 'running' || phase === 'paused' ? phase : 'idle';
  }

  /** Why nothing can be run; null: it can. */
  private blocked(): string | null {
    const { store, words } = this;
    const [refusal] = store.refusals;
    if (refusal) return this.text.control.refused(words.field(refusal.path)?.label ?? refusal.path, refusalText(refusal.typed, refusal.reading, words.kit));
    if (store.editor.opening) return this.text.control.opening;
    if (store.waiting !== null) return store.waiting;
    const [reading] = store.files.reading;
    if (reading) return this.text.control.reading(reading.name, reading.total ? this.format.wholePercent(reading.done / reading.total) : '');
    return store.runnable ? null : this.text.control.fixFirst;
  }

  private renderCancelRuns({ runs }: ExperimentView) {
    const text = this.text.control;
    return html`<p class="runs" slot="end">
      ${runs.map((run, i) =>
        run.status === 'running' || run.status === 'waiting'
          ? html`<button class="link" @click=${() => this.store.runner.cancel(i)}>${text.cancelRun(run.name)}</button>`
          : nothing,
      )}
    </p>`;
  }

  /** What is said aloud: not every step, but every quarter of the way. */
  private announcement(): string {
    const { phase, current } = this.store.runner;
    if (phase !== 'running' || !current) return this.status();
    const done = current.runs.reduce((sum, run) => sum + run.share, 0) / current.runs.length;
    return this.format.wholePercent(Math.floor(done * 4) / 4);
  }

  /** What is said, with the time that it all took as the same number that stands in a table. */
  private shownStatus(): string | TemplateResult {
    const view = this.finished();
    if (!view) return this.status();
    const { runs, elapsedSeconds } = view;
    const number = quantity(runs.length === 1 ? runs[0]!.name : '', 'duration', elapsedSeconds, this.format.duration(elapsedSeconds));
    return around(this.text.control.finished, number);
  }

  /** The experiment that is shown, if it came to its end. */
  private finished(): ExperimentView | null {
    const { phase, current, previous, viewsPrevious, busy } = this.store.runner;
    if (!busy && viewsPrevious && previous) return previous.runs.some(({ status }) => status === 'finished') ? previous : null;
    return phase === 'finished' ? current : null;
  }

  private status(): string {
    const text = this.text.control;
    const { store, format } = this;
    const { phase, current, previous, viewsPrevious, busy } = store.runner;
    const finished = this.finished();
    if (finished) return text.finished(format.duration(finished.elapsedSeconds));
    if (!busy && viewsPrevious && previous) return text.cancelled;
    if (phase === 'idle' || !current) return store.environment || store.engineProblems.length > 0 ? text.idle : text.loadingEngine;
    if (phase === 'failed') return text.failed;
    if (phase === 'cancelled') return text.cancelled;
    if (phase === 'lost') return text.lost;
    if (phase === 'loading') return this.loading();
    return this.running(current);
  }

  private loading(): string {
    const text = this.text.control;
    const { loading, waitsForOther } = this.store.runner;
    if (waitsForOther) return text.waitsForOther;
    if (loading) return text.loading(loading.asset, loading.total ? this.format.wholePercent(loading.received / loading.total) : '');
    return this.store.environment ? text.preparing : text.loadingEngine;
  }

  /** What is done of what is to do; what ranks are at before the first step. */
  private running({ runs, remainingSeconds }: ExperimentView): string {
    const text = this.text.control;
    const done = String(runs.reduce((sum, run) => sum + run.step - run.from, 0));
    const total = String(runs.reduce((sum, run) => sum + run.steps - run.from, 0));
    if (this.store.runner.phase === 'paused') return text.paused(done, total, runs.length);
    const measuring = runs.find(({ phase }) => phase === 'measuring');
    if (measuring) return text.measuring(measuring.name);
    const searching = runs.find((run) => run.status === 'running' && isSearching(run));
    if (searching) return text.searching(searching.name);
    const recomputing = runs.findIndex(({ phase, status }) => phase === 'recomputing' && status === 'running');
    if (recomputing >= 0) return text.recomputing(runs[recomputing]!.name, String(runs[recomputing]!.from));
    return text.running(done, total, runs.length, remainingSeconds === null ? '…' : this.format.remaining(remainingSeconds));
  }
}
