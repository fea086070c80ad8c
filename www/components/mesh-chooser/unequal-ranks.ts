import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import { fieldSchema, rankCount } from '../../parallel/parallel-spec';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../styles/shared.css';
import type { UnequalRank } from '../../types/generated/UnequalRank';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './unequal-ranks.css';

/** The speed and the memory of each rank. */
@customElement('unequal-ranks')
export class UnequalRanks extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  /** Whoever has opened it finds it open, also when the last rank is like the others again. */
  private opened = false;

  override render() {
    const text = messages().parallel.mesh;
    const { spec } = this.bench;
    const { unequal } = spec.ranks;
    return html`
      <details ?open=${this.opened || unequal.length > 0} @toggle=${this.toggled}>
        <summary>${text.unequal}</summary>
        <p class="hint">${text.unequalHint}</p>
        <table>
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
    const { minimum = 1, maximum = 4096, 'x-step': by = 1 } = fieldSchema(`ranks.unequal.${field}`);
    const changed = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const next = Number(input.value);
      if (input.value.trim() !== '' && Number.isFinite(next)) this.set({ ...this.own(rank), [field]: Math.min(maximum, Math.max(minimum, next)) });
      input.value = String(this.own(rank)[field]);
    };
    return html`<input type="number" min=${minimum} max=${maximum} step=${by} aria-label=${label} .value=${String(value)} @change=${changed} />`;
  }

  /** Only ranks that differ from the others are written. */
  private set(own: UnequalRank): void {
    const { unequal, memory_limit } = this.bench.spec.ranks;
    const equal = own.speed_percent === 100 && own.memory_limit === memory_limit;
    const others = unequal.filter(({ rank }) => rank !== own.rank);
    this.bench.setValue('ranks.unequal', (equal ? [...others] : [...others, own]).sort((a, b) => a.rank - b.rank));
  }
}
