import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import { fieldSchema, rankCount } from '../../parallel/parallel-spec';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import type { FieldEvent } from '../../kit/form/events';
import '../../kit/form/number-box';
import { BoxRefusals } from '../box-refusals';
import { shared } from '../../kit/base.css';
import type { UnequalRank } from '../../types/generated/UnequalRank';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './unequal-ranks.css';

const boxPath = (rank: number, field: string): string => `${rank} ${field}`;

/** The speed and the memory of each rank. */
@customElement('unequal-ranks')
export class UnequalRanks extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  /** Whoever has opened it finds it open, also when the last rank is like the others again. */
  private opened = false;

  private readonly refused = new BoxRefusals(
    this,
    (path) => {
      const [rank, field] = path.split(' ');
      return messages().parallel.mesh[field === 'memory_limit' ? 'memoryOf' : 'speedOf'](Number(rank));
    },
    () => 'ranks.unequal',
  );

  protected override willUpdate(): void {
    this.refused.keep((path) => Number(path.split(' ')[0]) < rankCount(this.bench.spec));
  }

  override render() {
    const text = messages().parallel.mesh;
    const { spec } = this.bench;
    const { unequal } = spec.ranks;
    return html`
      <details ?open=${this.opened || unequal.length > 0} @toggle=${this.toggled}>
        <summary>${text.unequal}</summary>
        <p class="hint">${text.unequalHint}</p>
        <table @input=${this.typed} @change=${() => this.bench.settle()} @typed=${this.refused.take}>
          <thead>
            <tr>
              <td></td>
              <th scope="col">${text.speed} (%)</th>
              <th scope="col">${text.memory} (MiB)</th>
            </tr>
          </thead>
          <tbody>
            ${Array.from({ length: rankCount(spec) }, (_, rank) => this.renderRank(rank))}
          </tbody>
        </table>
        <div class="problems" aria-live="polite">${this.refused.reasons.map((reason) => html`<p>${reason}</p>`)}</div>
      </details>
    `;
  }

  private toggled(event: Event): void {
    this.opened = (event.target as HTMLDetailsElement).open;
  }

  private own(rank: number): UnequalRank {
    const { unequal, memory_limit } = this.bench.spec.ranks;
    return unequal.find((each) => each.rank === rank) ?? { rank, speed_percent: 100, memory_limit };
  }

  private renderRank(rank: number) {
    const text = messages().parallel.mesh;
    const own = this.own(rank);
    return html`<tr>
      <th scope="row">${text.rank(rank)}</th>
      <td>${this.renderNumber(rank, 'speed_percent', own.speed_percent, text.speedOf(rank))}</td>
      <td>${this.renderNumber(rank, 'memory_limit', own.memory_limit, text.memoryOf(rank))}</td>
    </tr>`;
  }

  private renderNumber(rank: number, field: 'speed_percent' | 'memory_limit', value: number, label: string) {
    const schema = fieldSchema(`ranks.unequal.${field}`);
    return html`<tinyai-number-box .path=${boxPath(rank, field)} .label=${label} .schema=${{ ...schema, 'x-step': schema['x-step'] ?? 1 }} .value=${value}></tinyai-number-box>`;
  }

  private readonly typed = ({ path, value }: FieldEvent): void => {
    const [rank, field] = path.split(' ');
    this.set({ ...this.own(Number(rank)), [field!]: value });
  };

  /** Only ranks that differ from the others are written. */
  private set(own: UnequalRank): void {
    const { unequal, memory_limit } = this.bench.spec.ranks;
    const equal = own.speed_percent === 100 && own.memory_limit === memory_limit;
    const others = unequal.filter(({ rank }) => rank !== own.rank);
    this.bench.setValue('ranks.unequal', (equal ? [...others] : [...others, own]).sort((a, b) => a.rank - b.rank));
  }
}
