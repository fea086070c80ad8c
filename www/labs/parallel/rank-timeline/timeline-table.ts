import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { Planned } from '../../../types/generated/Planned';
import type { PlannedRank } from '../../../types/generated/PlannedRank';
import type { Drawable } from '../last-step';
import { ParallelElement } from '../parallel-element';
import { classOf, rowOf } from './lanes';
import { styles } from './rank-timeline.css';

/** Actions of a rank that are listed before the rest is left out. */
const MOST_LISTED = 60;

/** A timeline in numbers and words, for those who cannot see it. */
@customElement('tinyai-timeline-table')
export class TimelineTable extends ParallelElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) timeline!: Drawable;
  @property({ attribute: false }) planned!: Planned;
  @property({ type: Boolean }) inSeconds = false;

  override render() {
    const { kinds, busy, order, asTable, unitAxis, title } = this.own.timeline;
    const unit = this.inSeconds ? this.text.units.ms : unitAxis;
    return html`
      <details>
        <summary>${asTable}</summary>
        <div class="scroll" tabindex="0" role="group" aria-label=${title}>
          <table>
            <thead>
              <tr>
                <td></td>
                ${[busy, kinds.transfer, kinds.wait].map((name) => html`<th scope="col">${name} (${unit})</th>`)}
                <th scope="col">${order}</th>
              </tr>
            </thead>
            <tbody>
              ${this.planned.ranks.map((rank) => this.renderRank(rank))}
            </tbody>
          </table>
        </div>
      </details>
    `;
  }

  private renderRank(rank: PlannedRank) {
    const { timeline, planned } = this;
    const row = rowOf(timeline, planned.ranks, rank);
    const use = timeline.ranks[row];
    const time = (value: number | undefined): string => (value === undefined ? '–' : this.format.short(this.inSeconds ? value * 1000 : value));
    return html`<tr>
      <th scope="row">${this.own.mesh.rank(rank.rank)}</th>
      <td>${time(use?.compute)}</td>
      <td>${time(use?.transfer)}</td>
      <td>${time(use?.wait)}</td>
      <td class="order">${this.order(row)}</td>
    </tr>`;
  }

  /** Computations one after the other, by kind and micro-batch; one that tensor ranks interrupt is named once. */
  private order(row: number): string {
    const { kinds } = this.own.timeline;
    const words: string[] = [];
    for (const span of this.timeline.spans) {
      const { action, rank, kind } = span;
      if (rank !== row || kind !== 'compute' || !action || !('micro_batch' in action)) continue;
      const word = `${kinds[classOf(span)]} ${action.micro_batch}`;
      if (word === words.at(-1)) continue;
      if (words.length === MOST_LISTED) return `${words.join(', ')} …`;
      words.push(word);
    }
    return words.join(', ');
  }
}
