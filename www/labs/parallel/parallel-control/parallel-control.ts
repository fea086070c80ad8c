import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { percent } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import { rankCount } from '../../parallel/parallel-spec';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import '../../kit/run-bar/run-bar';
import type { RunState } from '../../kit/run-bar/run-bar';
import { whyRefused } from '../../workbench/refusals';
import { shared } from '../../kit/base.css';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './parallel-control.css';

/** Run, pause, step, go action by action, cancel, kill a rank; and where the run is. */
@customElement('parallel-control')
export class ParallelControl extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  override render() {
    const text = messages();
    const { bench } = this;
    const { session } = bench;
    return html`
      <tinyai-run-bar
        lines
        .state=${this.runState()}
        ?again=${bench.ran !== null}
        .blocked=${this.blocked() ?? ''}
        .status=${this.state()}
        .announcement=${this.announcement()}
        .progress=${[{ done: this.progress(), colour: 'var(--run-0)' }]}
        @run=${() => void bench.runNow()}
        @pause=${() => session.pause()}
        @resume=${() => session.resume()}
        @step=${() => session.step()}
        @cancel=${() => session.cancel()}
      >
        <label class="check">
          <input type="checkbox" .checked=${live(bench.compare)} ?disabled=${bench.busy} @change=${(event: Event) => (bench.compare = checked(event))} />
          ${text.parallel.control.compare}
        </label>
        <label class="check" title=${text.parallel.control.stepThroughHint}>
          <input type="checkbox" .checked=${live(session.through)} @change=${(event: Event) => session.stepThrough(checked(event))} />
          ${text.parallel.control.stepThrough}
        </label>
        ${this.renderKill()}
      </tinyai-run-bar>
    `;
  }

  private runState(): RunState {
    const { session, busy } = this.bench;
    const { phase } = session;
    return !busy ? 'idle' : phase === 'running' || phase === 'paused' ? phase : 'starting';
  }

  /** Why nothing can be run; null: it can. */
  private blocked(): string | null {
    const { bench } = this;
    const { session } = bench;
    const text = messages();
    const unplanned = session.problems.length > 0 ? text.control.fixFirst : text.control.loadingEngine;
    return whyRefused(bench, bench.refusals) ?? (session.planned === null ? unplanned : null);
  }

  /** A menu, so that no rank is killed by a single press; it always shows its name again. */
  private renderKill() {
    const text = messages().parallel.control;
    const { session, ran } = this.bench;
    const can = ['running', 'paused', 'stepping'].includes(session.phase);
    const chosen = (event: Event): void => {
      const select = event.target as HTMLSelectElement;
      if (select.value !== '') session.kill(Number(select.value));
      select.value = '';
    };
    return html`<select aria-label=${text.kill} ?disabled=${!can} @change=${chosen}>
      <option value="">${text.kill}</option>
      ${Array.from({ length: ran ? rankCount(ran.spec) : 0 }, (_, rank) => html`<option value=${rank}>${text.killRank(rank)}</option>`)}
    </select>`;
  }

  /** How far the baseline or the run is, from 0 to 1. */
  private progress(): number {
    const { session, ran } = this.bench;
    const done = session.phase === 'baseline' ? (session.baseline?.losses.length ?? 0) : session.steps.length;
    return ran ? Math.min(1, done / ran.spec.training.steps) : 0;
  }

  /** What is said aloud: not every step, but every quarter of the way. */
  private announcement(): string {
    const { phase } = this.bench.session;
    return phase === 'running' || phase === 'baseline' ? percent(Math.floor(this.progress() * 4) / 4) : this.state();
  }

  private state(): string {
    const text = messages();
    const own = text.parallel.control;
    const { bench } = this;
    const { phase, loading, steps, transport } = bench.session;
    const of = bench.ran?.spec.training.steps ?? 0;
    if (!bench.busy && bench.stale && phase !== 'lost') return text.control.stale;
    switch (phase) {
      case 'idle':
        return own.idle;
      case 'loading':
        return loading ? text.control.loading(loading.file, loading.total ? percent(loading.loaded / loading.total) : '') : own.fetching;
      case 'running':
        return `${own.running(steps.length, of)}${transport ? ` · ${own.transport[transport]}` : ''}`;
      case 'paused':
        return text.control.paused(String(steps.length), String(of));
      case 'finished':
        return `${own.finished(steps.length)}${transport ? ` · ${own.transport[transport]}` : ''}`;
      case 'cancelled':
      case 'failed':
        return text.control[phase];
      default:
        return own.phase[phase];
    }
  }
}

const checked = (event: Event): boolean => (event.target as HTMLInputElement).checked;
