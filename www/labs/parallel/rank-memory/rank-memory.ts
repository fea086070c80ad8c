import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { mebibytes } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import type { RankStep } from '../../types/generated/RankStep';
import { LabElement } from '../../workbench/lab-element';
import { CATEGORY_ORDER, slices, type Slice } from '../memory-slices';
import { timelineColours } from '../rank-timeline/colours.css';
import { styles } from './rank-memory.css';

const MEBIBYTE = 2 ** 20;
/** How much longer than the longest bar the scale may be, to show the limit. */
const MOST_STRETCH = 3;

interface Row {
  name: string;
  parts: Slice[];
  total: number;
  /** Bytes; null for what is no rank of the mesh. */
  limit: number | null;
  /** Whether there may be more to it than is known yet. */
  atLeast: boolean;
}

/** Bytes of a parameter, of its gradient, and of its two moments in AdamW. */
const FLOAT_BYTES = 4;
const MOMENTS = 2;

/** What each rank's memory holds, or will hold at the least, and its limit. */
@customElement('rank-memory')
export class RankMemory extends LabElement<ParallelWorkbench> {
  static override styles = [shared, timelineColours, styles];

  override render() {
    const text = messages().parallel.memory;
    const { bench } = this;
    const measured = bench.viewsRun && bench.session.ranks.length > 0;
    const rows = measured ? this.measured() : this.planned();
    const most = Math.max(1, ...rows.map(({ total }) => total));
    const limits = rows.flatMap(({ limit }) => (limit !== null && limit <= MOST_STRETCH * most ? limit : []));
    const scale = 1.02 * Math.max(most, ...limits);
    const categories = CATEGORY_ORDER.filter((category) => rows.some(({ parts }) => parts.some((part) => part.category === category)));
    const common = this.commonLimit(rows, scale);
    return html`
      <figure>
        <figcaption class="caption">
          <span class="number">${messages().results.figure(5)}</span>
          <h2>${text.title}</h2>
          <p>${measured ? text.captionRun : text.captionPlan}</p>
        </figcaption>
        <ul class="key">
          ${categories.map((category) => html`<li><i class=${category}></i>${messages().results.memoryCategories[category] ?? category}</li>`)}
          ${common === null ? nothing : html`<li class="common">${common}</li>`}
        </ul>
        ${rows.length === 0 ? html`<p class="empty">${messages().parallel.timeline.noPlan}</p>` : nothing}
        ${rows.map((row) => this.renderRow(row, scale, common !== null))}
      </figure>
    `;
  }

  /** The limit of all ranks where it is the same and off the scale: it is told once. */
  private commonLimit(rows: Row[], scale: number): string | null {
    const limits = new Set(rows.flatMap(({ limit }) => limit ?? []));
    const [limit] = limits;
    return limits.size === 1 && limit! > scale ? messages().parallel.memory.beyond(`${mebibytes(limit!)} MiB`) : null;
  }

  private limitOf(rank: number): number {
    const { ranks } = this.bench.viewsRun ? this.bench.ran!.spec : this.bench.spec;
    return MEBIBYTE * (ranks.unequal.find((each) => each.rank === rank)?.memory_limit ?? ranks.memory_limit);
  }

  private measured(): Row[] {
    const text = messages().parallel;
    const { ranks, baseline } = this.bench.session;
    const row = (name: string, memory: RankStep['memory'], limit: number | null): Row => ({
      name,
      parts: slices(memory),
      total: memory.total?.peak_bytes ?? 0,
      limit,
      atLeast: false,
    });
    const rows = ranks.map(({ rank, memory }) => row(text.mesh.rank(rank), memory, this.limitOf(rank)));
    return baseline ? [...rows, row(text.memory.oneRank, baseline.memory, null)] : [...rows, ...this.alone()];
  }

  private planned(): Row[] {
    const ranks = (this.bench.planned?.ranks ?? []).map(({ rank, bytes }) => atLeast(messages().parallel.mesh.rank(rank), bytes, this.limitOf(rank)));
    return [...ranks, ...this.alone()];
  }

  /** What the whole model takes on a single rank. */
  private alone(): Row[] {
    const { planned } = this.bench;
    if (!planned) return [];
    const { parameters, trainable_parameters: learning } = planned;
    const bytes = { parameters: FLOAT_BYTES * parameters, gradients: FLOAT_BYTES * learning, optimizer: MOMENTS * FLOAT_BYTES * learning };
    return [atLeast(messages().parallel.memory.oneRank, bytes, null)];
  }

  private renderRow({ name, parts, total, limit, atLeast }: Row, scale: number, told: boolean) {
    const text = messages().parallel.memory;
    const width = (bytes: number): string => `${(100 * bytes) / scale}%`;
    const shown = limit !== null && limit <= scale;
    const size = limit === null ? '' : `${mebibytes(limit)} MiB`;
    return html`<div class="row">
      <span class="name">${name}</span>
      <div class="track">
        ${parts.map(({ category, bytes }) => html`<div class=${category} style="width: ${width(bytes)}" title=${messages().results.memoryCategories[category] ?? category}></div>`)}
        ${shown ? html`<span class="limit" style="left: ${width(limit)}"></span>` : nothing}
      </div>
      <span class="total"><b>${atLeast ? `${text.atLeast} ` : ''}${mebibytes(total)} MiB</b>${limit === null || told ? nothing : html` <span>${shown ? text.limit(size) : text.beyond(size)}</span>`}</span>
    </div>`;
  }
}

/** What is held all the time, in the order of the ledger's categories. */
function atLeast(name: string, bytes: Record<string, number>, limit: number | null): Row {
  const parts = Object.entries(bytes).map(([category, bytes]) => ({ category, bytes }));
  const ordered = [...parts].sort((a, b) => CATEGORY_ORDER.indexOf(a.category) - CATEGORY_ORDER.indexOf(b.category));
  return { name, parts: ordered, total: parts.reduce((sum, part) => sum + part.bytes, 0), limit, atLeast: true };
}
