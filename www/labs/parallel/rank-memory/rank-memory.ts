import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { CATEGORY_ORDER, memoryColour, slices, type Slice } from '../../../shell/figures/memory-slices';
import type { MemoryUse } from '../../../types/generated/MemoryUse';
import { ParallelElement } from '../parallel-element';
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
@customElement('tinyai-rank-memory')
export class RankMemory extends ParallelElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.own.memory;
    const measured = this.measured();
    const rows = measured ?? this.planned();
    const most = Math.max(1, ...rows.map(({ total }) => total));
    const limits = rows.flatMap(({ limit }) => (limit !== null && limit <= MOST_STRETCH * most ? limit : []));
    const scale = 1.02 * Math.max(most, ...limits);
    const categories = CATEGORY_ORDER.filter((category) => rows.some(({ parts }) => parts.some((part) => part.category === category)));
    const common = this.commonLimit(rows, scale);
    return html`
      <tinyai-figure .number=${this.text.results.figure(5)} .heading=${text.title} .caption=${measured ? text.captionRun : text.captionPlan}>
        <ul class="key">
          ${categories.map((category) => html`<li><i ${styled({ background: memoryColour(category) })}></i>${this.category(category)}</li>`)}
          ${common === null ? nothing : html`<li class="common">${common}</li>`}
        </ul>
        ${rows.length === 0 ? html`<p class="empty">${this.own.timeline.noPlan}</p>` : nothing}
        ${rows.map((row) => this.renderRow(row, scale, common !== null))}
      </tinyai-figure>
    `;
  }

  private category(category: string): string {
    return this.text.results.memoryCategories[category] ?? category;
  }

  /** The limit of all ranks where it is the same and off the scale: it is told once. */
  private commonLimit(rows: Row[], scale: number): string | null {
    const limits = new Set(rows.flatMap(({ limit }) => limit ?? []));
    const [limit] = limits;
    return limits.size === 1 && limit! > scale ? this.own.memory.beyond(`${this.format.mebibytes(limit!)} MiB`) : null;
  }

  private limitOf(rank: number): number {
    const { ranks, resources } = this.view.spec;
    return MEBIBYTE * (ranks.unequal.find((each) => each.rank === rank)?.memory_limit ?? resources.memory_limit);
  }

  /** Null: nothing is measured of what is shown. */
  private measured(): Row[] | null {
    const { showsRun, measured, alone } = this.view;
    if (!showsRun || !measured || measured.ranks.length === 0) return null;
    const row = (name: string, memory: Record<string, MemoryUse>, limit: number | null): Row => ({
      name,
      parts: slices(memory),
      total: memory.total?.peak_bytes ?? 0,
      limit,
      atLeast: false,
    });
    const rows = measured.ranks.map(({ rank, memory }) => row(this.own.mesh.rank(rank), memory, this.limitOf(rank)));
    return alone?.memory.total ? [...rows, row(alone.name, alone.memory, null)] : [...rows, ...this.onOneRank()];
  }

  private planned(): Row[] {
    const ranks = this.view.planned?.ranks ?? [];
    return [...ranks.map(({ rank, bytes }) => atLeast(this.own.mesh.rank(rank), bytes, this.limitOf(rank))), ...this.onOneRank()];
  }

  /** What the whole model takes on a single rank. */
  private onOneRank(): Row[] {
    const { planned } = this.view;
    if (!planned) return [];
    const { parameters, trainable_parameters: learning } = planned;
    const bytes = { parameters: FLOAT_BYTES * parameters, gradients: FLOAT_BYTES * learning, optimizer: MOMENTS * FLOAT_BYTES * learning };
    return [atLeast(this.own.memory.oneRank, bytes, null)];
  }

  private renderRow({ name, parts, total, limit, atLeast }: Row, scale: number, told: boolean) {
    const text = this.own.memory;
    const { mebibytes } = this.format;
    const width = (bytes: number): string => `${(100 * bytes) / scale}%`;
    const shown = limit !== null && limit <= scale;
    const size = limit === null ? '' : `${mebibytes(limit)} MiB`;
    return html`<div class="row">
      <span class="name">${name}</span>
      <div class="track">
        ${parts.map(({ category, bytes }) => html`<div ${styled({ width: width(bytes), background: memoryColour(category) })} title=${this.category(category)}></div>`)}
        ${shown ? html`<span class="limit" ${styled({ left: width(limit) })}></span>` : nothing}
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
