import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { ranksOf } from '../../../engine/spec/patch';
import { FIELDS } from '../../../engine/spec/schema';
import { shared } from '../../../kit/base.css';
import type { FieldEvent } from '../../../kit/form/events';
import '../../../kit/form/number-box';
import type { RunSpec } from '../../../types/generated/RunSpec';
import type { UnequalRank } from '../../../types/generated/UnequalRank';
import { BoxRefusals } from '../box-refusals';
import { ParallelElement } from '../parallel-element';
import { Revealing } from '../revealing';
import { styles } from './unequal-ranks.css';

type Own = 'speed_percent' | 'memory_limit';

const PATH = 'ranks.unequal';
const SCHEMAS = FIELDS.get(PATH)!.schema.items!.properties!;

const boxPath = (rank: number, field: Own): string => `${rank} ${field}`;
const boxOf = (path: string): { rank: number; field: Own } => {
  const [rank, field] = path.split(' ');
  return { rank: Number(rank), field: field as Own };
};

/** The speed and the memory of each rank, in the run or the base whose tab is chosen. */
@customElement('tinyai-unequal-ranks')
export class UnequalRanks extends ParallelElement {
  static override styles = [shared, styles];

  /** Whoever has opened it finds it open, also when the last rank is like the others again. */
  private opened = false;

  private readonly refused = new BoxRefusals(this, {
    store: () => this.store,
    words: () => this.words,
    label: (path) => {
      const { rank, field } = boxOf(path);
      return this.own.mesh[field === 'memory_limit' ? 'memoryOf' : 'speedOf'](rank);
    },
    field: () => PATH,
  });

  constructor() {
    super();
    new Revealing(this, async (path) => {
      if (path !== PATH) return null;
      this.opened = true;
      this.requestUpdate();
      await this.updateComplete;
      return this.renderRoot.querySelector('tinyai-number-box');
    });
  }

  private get config(): RunSpec {
    const { editor } = this.store;
    return editor.config(editor.selected);
  }

  protected override updated(): void {
    const ranks = ranksOf(this.config);
    this.refused.keep((path) => boxOf(path).rank < ranks);
  }

  override render() {
    const text = this.own.mesh;
    const { config } = this;
    return html`
      <details ?open=${this.opened || config.ranks.unequal.length > 0} @toggle=${this.toggled}>
        <summary>${this.words.field(PATH)?.label}</summary>
        <p class="hint">${text.unequalHint}</p>
        <table @input=${this.typed} @typed=${this.refused.take}>
          <thead>
            <tr>
              <td></td>
              <th scope="col">${text.speed} (%)</th>
              <th scope="col">${text.memory} (MiB)</th>
            </tr>
          </thead>
          <tbody>
            ${Array.from({ length: ranksOf(config) }, (_, rank) => this.renderRank(config, rank))}
          </tbody>
        </table>
        <div class="problems" aria-live="polite">${this.refused.reasons.map((reason) => html`<p>${reason}</p>`)}</div>
      </details>
    `;
  }

  private toggled(event: Event): void {
    this.opened = (event.target as HTMLDetailsElement).open;
  }

  private renderRank(config: RunSpec, rank: number) {
    const text = this.own.mesh;
    const own = ownOf(config, rank);
    return html`<tr>
      <th scope="row">${text.rank(rank)}</th>
      <td>${renderNumber(rank, 'speed_percent', own.speed_percent, text.speedOf(rank))}</td>
      <td>${renderNumber(rank, 'memory_limit', own.memory_limit, text.memoryOf(rank))}</td>
    </tr>`;
  }

  /** Only ranks that differ from the others are written. */
  private readonly typed = ({ path, value }: FieldEvent): void => {
    const { rank, field } = boxOf(path);
    const { config } = this;
    const own = { ...ownOf(config, rank), [field]: value };
    const alike = own.speed_percent === 100 && own.memory_limit === config.resources.memory_limit;
    const others = config.ranks.unequal.filter((each) => each.rank !== rank);
    this.store.editor.setValue(PATH, (alike ? [...others] : [...others, own]).sort((a, b) => a.rank - b.rank));
  };
}

function ownOf({ ranks, resources }: RunSpec, rank: number): UnequalRank {
  return ranks.unequal.find((each) => each.rank === rank) ?? { rank, speed_percent: 100, memory_limit: resources.memory_limit };
}

function renderNumber(rank: number, field: Own, value: number, label: string) {
  return html`<tinyai-number-box .path=${boxPath(rank, field)} .label=${label} .schema=${SCHEMAS[field]!} .value=${value}></tinyai-number-box>`;
}
