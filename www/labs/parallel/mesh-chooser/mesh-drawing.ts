import { html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { count, size } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import type { Planned } from '../../types/generated/Planned';
import type { PlannedRank } from '../../types/generated/PlannedRank';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './mesh-drawing.css';

/** Units of the strip: a segment's width, and its height. */
const SEGMENT = 10;
const STRIP = 12;

/** The parts of the model that a stretch of segments is, in words: whole layers by their numbers, from 1 on. */
function inWords(segments: Planned['segments'], [first, end]: [number, number]): string[] {
  const text = messages().parallel.mesh;
  const layer = (at: number): number => Math.ceil(at / 2);
  const words: string[] = [];
  if (first === 0) words.push(text.embedding);
  let from = Math.max(1, first);
  let to = Math.min(end, segments.length - 1);
  const half = (at: number): string => `${text.layers(layer(at), layer(at))} ${segments[at] === 'attention' ? text.half.attention : text.half.feed_forward}`;
  const after: string[] = [];
  if (from < to && segments[from] === 'feed_forward') words.push(half(from++));
  if (from < to && segments[to - 1] === 'attention') after.push(half(--to));
  if (from < to) words.push(text.layers(layer(from), layer(to - 1)));
  words.push(...after);
  if (end === segments.length) words.push(text.head);
  return words;
}

/** Every rank in its place: replicas side by side, stages below each other, slices beside each other; and what each holds. */
@customElement('mesh-drawing')
export class MeshDrawing extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  override render() {
    const text = messages().parallel.mesh;
    const planned = this.bench.writtenPlan;
    if (!planned) return html`<p class="empty">${text.noPlan}</p>`;
    const { data, tensor } = this.bench.spec.mesh;
    const replicas = Array.from({ length: data }, (_, replica) => planned.ranks.filter((rank) => rank.data === replica));
    return html`
      <div class="replicas" style="--tensor: ${tensor}" ?data-many=${data * tensor > 2}>
        ${replicas.map(
          (ranks, replica) => html`<div class="replica" role="list" aria-label=${text.replica(replica)}>
            ${data > 1 ? html`<p class="name" aria-hidden="true">${text.replica(replica)}</p>` : nothing}
            ${ranks.map((rank) => this.renderRank(rank, planned))}
          </div>`,
        )}
      </div>
      <p class="key">${text.modelKey}${this.renderZero()}</p>
    `;
  }

  private renderRank(rank: PlannedRank, planned: Planned) {
    const text = messages().parallel.mesh;
    const { pipeline, tensor } = this.bench.spec.mesh;
    const place = [pipeline > 1 ? text.stage(rank.pipeline) : '', tensor > 1 ? text.slice(rank.tensor, tensor) : ''].filter(Boolean);
    const bytes = Object.values(rank.bytes).reduce((sum, part) => sum + part, 0);
    return html`<div class="rank" role="listitem">
      <p class="title"><b>${text.rank(rank.rank)}</b> <span>${place.join(' · ')}</span></p>
      ${this.renderStrip(rank, planned)}
      <p class="holds">${text.holds(rank.segments.flatMap((segments) => inWords(planned.segments, segments)))}</p>
      <p class="holds amounts"><span>${text.share(count(rank.parameters))}</span> <span>${size(bytes)}</span></p>
    </div>`;
  }

  /** The model from left to right, a tensor rank's slice of it from top to bottom. */
  private renderStrip({ segments, tensor }: PlannedRank, planned: Planned) {
    const slices = this.bench.spec.mesh.tensor;
    const height = STRIP / slices;
    const held = (at: number): boolean => segments.some(([first, end]) => at >= first && at < end);
    return html`<svg class="strip" viewBox="0 0 ${planned.segments.length * SEGMENT} ${STRIP}" preserveAspectRatio="none" aria-hidden="true">
      ${planned.segments.map(
        (_, at) => svg`
          <rect class="segment" x=${at * SEGMENT + 0.5} y="0" width=${SEGMENT - 1} height=${STRIP} />
          ${held(at) ? svg`<rect class="held" x=${at * SEGMENT + 0.5} y=${tensor * height} width=${SEGMENT - 1} height=${height} />` : nothing}`,
      )}
    </svg>`;
  }

  /** What replicas share out on top of the strip. */
  private renderZero() {
    const text = messages().parallel.mesh;
    const { zero, data } = this.bench.spec.mesh;
    return zero === 'none' || data === 1 ? nothing : html` <b>ZeRO: ${text.zeroShare(data, text.zeroWhat[zero])}</b>`;
  }
}
