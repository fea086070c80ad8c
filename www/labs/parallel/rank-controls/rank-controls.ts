import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { ranksOf } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import type { RunView } from '../../../shell/store/run-view';
import { ParallelElement } from '../parallel-element';
import { styles } from './rank-controls.css';

/** What only ranks can do: go action by action, and be lost; and what they are at. */
@customElement('tinyai-rank-controls')
export class RankControls extends ParallelElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.own.control;
    const { runner } = this.store;
    const { inTurn } = this.view;
    return html`<div class="controls">
      <label class="check" title=${text.stepThroughHint}>
        <input
          type="checkbox"
          .checked=${live(runner.byHand)}
          @change=${(event: Event) => runner.setByHand((event.target as HTMLInputElement).checked)}
        />
        ${text.stepThrough}
      </label>
      ${this.renderLose(inTurn)}
      <p class="state">${this.state(inTurn)}</p>
    </div>`;
  }

  /** A menu, so that no rank is lost by a single press; it always shows its name again. */
  private renderLose(run: RunView | null) {
    const text = this.own.control;
    const { runner } = this.store;
    const can = run?.status === 'running' && run.parallel.planned !== undefined;
    const ranks = run ? ranksOf(run.spec) : 0;
    const chosen = (event: Event): void => {
      const select = event.target as HTMLSelectElement;
      const [how, rank] = select.value.split(' ');
      select.value = '';
      if (how === 'kill' || how === 'hang') runner[how](Number(rank));
    };
    const options = (how: 'kill' | 'hang') => html`<optgroup label=${text[how]}>
      ${Array.from({ length: ranks }, (_, rank) => html`<option value="${how} ${rank}">${this.own.mesh.rank(rank)}</option>`)}
    </optgroup>`;
    return html`<select aria-label=${text.lose} ?disabled=${!can} @change=${chosen}>
      <option value="">${text.lose}</option>
      ${ranks > 0 ? html`${options('kill')} ${options('hang')}` : nothing}
    </select>`;
  }

  /** What ranks are at before they train; then what their messages go through. */
  private state(run: RunView | null): string {
    const text = this.own.control;
    if (run?.status === 'lost') return '';
    if (run && this.store.runner.byHand && run.phase === 'training') return text.stepping;
    const before = run?.phase && text.phases[run.phase];
    const transport = (run ?? this.view.measured)?.parallel.transport;
    return before || (transport ? (text.transports[transport] ?? transport) : '');
  }
}
