import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { short } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import type { Planned } from '../../types/generated/Planned';
import type { Timeline } from '../../types/generated/Timeline';
import { LabElement } from '../../workbench/lab-element';
import { classOf } from './lanes';
import { timelineColours } from './colours.css';
import { styles } from './rank-timeline.css';

/** Actions of a rank that are listed before the rest is left out. */
const MOST_LISTED = 60;

/** A timeline in numbers and words, for those who cannot see it. */
@customElement('timeline-table')
export class TimelineTable extends LabElement<ParallelWorkbench> {
  static override styles = [shared, timelineColours, styles];

  @property({ attribute: false }) timeline!: Timeline;
  @property({ attribute: false }) planned!: Planned;
  @property({ type: Boolean }) inSeconds = false;

  override render() {
    const text = messages().parallel;
    const { kinds, busy, order, asTable, unitAxis } = text.timeline;
    const unit = this.inSeconds ? messages().units.ms : unitAxis;
    return html`
      <details>
        <summary>${asTable}</summary>
        <div class="scroll" tabindex="0" role="group" aria-label=${text.timeline.title}>
          <table>
            <thead>
              <tr>
                <td></td>
                ${[busy, kinds.communication, kinds.idle].map((name) => html`<th scope="col">${name} (${unit})</th>`)}
                <th scope="col">${order}</th>
              </tr>
            </thead>
            <tbody>
              ${this.planned.ranks.map(({ rank, pipeline }) => this.renderRank(rank, pipeline))}
            </tbody>
          </table>
        </div>
      </details>
    `;
  }

  private renderRank(rank: number, pipeline: number) {
    const { timeline, planned } = this;
    const row = timeline.ranks.length === planned.ranks.length ? rank : pipeline;
    const use = timeline.ranks[row];
    const time = (value: number | undefined): string => (value === undefined ? '–' : short(this.inSeconds ? value * 1000 : value));
    return html`<tr>
      <th scope="row">${messages().parallel.mesh.rank(rank)}</th>
      <td>${time(use?.compute)}</td>
      <td>${time(use?.communication)}</td>
      <td>${time(use?.idle)}</td>
      <td class="order">${this.order(row)}</td>
    </tr>`;
  }

  /** Computations one after the other, by kind and micro-batch. */
  private order(row: number): string {
    const { kinds } = messages().parallel.timeline;
    const words = this.timeline.spans.flatMap((span) => {
      const { action, rank, kind } = span;
      return rank === row && kind === 'compute' && action && 'micro_batch' in action ? `${kinds[classOf(span)]} ${action.micro_batch}` : [];
    });
    // Tensor ranks interrupt a computation: it is named once.
    const once = words.filter((word, i) => word !== words[i - 1]);
    return once.length > MOST_LISTED ? `${once.slice(0, MOST_LISTED).join(', ')} …` : once.join(', ');
  }
}
