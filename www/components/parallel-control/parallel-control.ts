import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { percent } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import { rankCount } from '../../parallel/parallel-spec';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../styles/shared.css';
import { LabElement } from '../../workbench/lab-element';
import { styles as bar } from '../control-bar/control-bar.css';
import { styles } from './parallel-control.css';

/** Run, pause, step, go action by action, cancel, kill a rank; and where the run is. */
@customElement('parallel-control')
export class ParallelControl extends LabElement<ParallelWorkbench> {
  static override styles = [shared, bar, styles];

  override render() {
    const text = messages();
    const { bench } = this;
    const { session } = bench;
    const { phase } = session;
    const active = phase === 'running' || phase === 'paused';
    return html`
      <div class="bar">
        <div class="buttons">
          ${bench.busy
            ? html`<button class="main" ?disabled=${!active} @click=${() => (phase === 'paused' ? session.resume() : session.pause())}>
                ${phase === 'paused' ? text.control.resume : text.control.pause}
              </button>`
            : html`<button class="main run" ?disabled=${session.planned === null} @click=${() => void bench.runNow()}>
                ${bench.ran ? text.control.runAgain : text.control.run}
              </button>`}
          <button class="plain" ?disabled=${!active} title=${text.control.stepHint} @click=${() => session.step()}>${text.control.step}</button>
          <button class="plain" ?disabled=${!bench.busy} @click=${() => session.cancel()}>${text.control.cancel}</button>
        </div>
        <label class="check">
          <input type="checkbox" .checked=${live(bench.compare)} ?disabled=${bench.busy} @change=${(event: Event) => (bench.compare = checked(event))} />
          ${text.parallel.control.compare}
        </label>
        <label class="check" title=${text.parallel.control.stepThroughHint}>
          <input type="checkbox" .checked=${live(session.through)} @change=${(event: Event) => session.stepThrough(checked(event))} />
          ${text.parallel.control.stepThrough}
        </label>
        ${this.renderKill()}
        <p class="state">${this.state()}</p>
        <p class="visually-hidden" role="status">${this.announcement()}</p>
      </div>
      <div class="progress" aria-hidden="true">
        <div><div style="width: ${100 * this.progress()}%; background: var(--run-0)"></div></div>
      </div>
    `;
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
    if (!bench.busy && bench.session.planned === null && bench.session.problems.length > 0) return text.control.fixFirst;
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
