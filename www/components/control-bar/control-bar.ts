import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { duration, percent } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import { shared } from '../../styles/shared.css';
import type { Measured } from '../../workbench/measured';
import { LabElement } from '../../workbench/lab-element';
import { colour } from '../run-mark';
import { styles } from './control-bar.css';

/** Run, pause, step, resume, cancel; how far it is and how long it still takes. */
@customElement('control-bar')
export class ControlBar extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const text = messages().control;
    const { bench } = this;
    const { phase } = bench;
    const active = phase === 'running' || phase === 'paused';
    return html`
      <div class="bar">
        <div class="buttons">
          ${bench.busy
            ? html`<button class="main" ?disabled=${!active} @click=${() => (phase === 'paused' ? bench.resume() : bench.pause())}>
                ${phase === 'paused' ? text.resume : text.pause}
              </button>`
            : html`<button class="main run" ?disabled=${bench.problems.length > 0} @click=${() => void bench.runNow()}>
                ${bench.current?.ended ? text.runAgain : text.run}
              </button>`}
          <button class="plain" ?disabled=${!active} title=${text.stepHint} @click=${() => bench.step()}>${text.step}</button>
          <button class="plain" ?disabled=${!bench.busy} @click=${() => bench.cancel()}>${text.cancel}</button>
        </div>
        <p class="state">${this.state()}</p>
        <p class="visually-hidden" role="status">${this.announcement()}</p>
        ${active && bench.current && bench.current.runs.length > 1 ? this.renderCancelRuns(bench.current) : nothing}
      </div>
      <div class="progress" aria-hidden="true">${bench.current?.runs.map((run, i) => this.renderProgress(run.step / run.steps, i))}</div>
    `;
  }

  private renderProgress(done: number, run: number) {
    return html`<div><div style="width: ${Math.min(1, done) * 100}%; background: ${colour(run)}"></div></div>`;
  }

  private renderCancelRuns(measured: Measured) {
    const text = messages().control;
    return html`<p class="runs">
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
    if (!bench.busy && bench.problems.length > 0) return text.fixFirst;
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
