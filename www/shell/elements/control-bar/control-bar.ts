import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { duration, percent } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import '../../kit/run-bar/run-bar';
import type { RunState } from '../../kit/run-bar/run-bar';
import { whyRefused } from '../../workbench/refusals';
import { shared } from '../../kit/base.css';
import type { Measured } from '../../workbench/measured';
import { LabElement } from '../../workbench/lab-element';
import { colour } from '../run-mark';
import { styles } from './control-bar.css';

/** Run, pause, step, resume, cancel; how far it is and how long it still takes. */
@customElement('control-bar')
export class ControlBar extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const { bench } = this;
    const { current } = bench;
    return html`
      <tinyai-run-bar
        .state=${this.runState()}
        ?again=${current?.ended != null}
        .blocked=${this.blocked() ?? ''}
        .status=${this.state()}
        .announcement=${this.announcement()}
        .progress=${current?.runs.map((run, i) => ({ done: run.step / run.steps, colour: colour(i) })) ?? []}
        @run=${() => void bench.runNow()}
        @pause=${() => bench.pause()}
        @resume=${() => bench.resume()}
        @step=${() => bench.step()}
        @cancel=${() => bench.cancel()}
      >
        ${current && current.runs.length > 1 && (bench.phase === 'running' || bench.phase === 'paused') ? this.renderCancelRuns(current) : nothing}
      </tinyai-run-bar>
    `;
  }

  private runState(): RunState {
    const { phase } = this.bench;
    return phase === 'loading' ? 'starting' : phase === 'running' || phase === 'paused' ? phase : 'idle';
  }

  /** Why nothing can be run; null: it can. */
  private blocked(): string | null {
    const { bench } = this;
    return whyRefused(bench, bench.refusals) ?? (bench.problems.length > 0 ? messages().control.fixFirst : null);
  }

  private renderCancelRuns(measured: Measured) {
    const text = messages().control;
    return html`<p class="runs" slot="end">
      ${measured.runs.map((run, i) =>
        run.status === 'running' || run.status === 'waiting'
          ? html`<button class="link" @click=${() => this.bench.cancel(i)}>${text.cancelRun(run.name)}</button>`
          : nothing,
      )}
    </p>`;
  }

  /** What is said aloud: not every step, but every quarter of the way. */
  private announcement(): string {
    const { phase, current } = this.bench;
    if (phase !== 'running' || !current) return this.state();
    const done = current.runs.reduce((sum, run) => sum + run.step / run.steps, 0) / current.runs.length;
    return percent(Math.floor(done * 4) / 4);
  }

  private state(): string {
    const text = messages().control;
    const { bench } = this;
    const { phase, current, loading } = bench;
    if (!bench.busy && bench.stale) return text.stale;
    if (phase === 'idle') return bench.environment || bench.engineProblems.length > 0 ? text.idle : text.loadingEngine;
    if (phase === 'failed') return text.failed;
    if (phase === 'cancelled') return text.cancelled;
    if (!current) return text.idle;
    if (phase === 'finished') return text.finished(duration(current.elapsedSeconds));
    if (phase === 'loading') {
      if (loading) return text.loading(loading.asset, loading.total ? percent(loading.received / loading.total) : '');
      return bench.environment ? text.preparing : text.loadingEngine;
    }
    const done = current.runs.reduce((sum, run) => sum + run.step, 0);
    const total = current.runs.reduce((sum, run) => sum + run.steps, 0);
    if (phase === 'paused') return text.paused(String(done), String(total));
    const left = current.remainingSeconds === null ? '…' : duration(current.remainingSeconds);
    return text.running(String(done), String(total), left);
  }
}
