import { html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { styled } from '../../../kit/styled';
import type { MeshSpec } from '../../../types/generated/MeshSpec';
import type { Planned } from '../../../types/generated/Planned';
import type { PlannedRank } from '../../../types/generated/PlannedRank';
import { ParallelElement } from '../parallel-element';
import { inWords } from './segments';
import { styles } from './mesh-drawing.css';

/** Units of the strip: a segment's width, and its height. */
const SEGMENT = 10;
const STRIP = 12;

/** Every rank in its place: replicas side by side, stages below each other, slices beside each other; and what each holds. */
@customElement('tinyai-mesh-drawing')
export class MeshDrawing extends ParallelElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.own.mesh;
    const { writtenPlan, planning, config } = this.view;
    if (!writtenPlan) return planning ? this.renderRanks(config.mesh, outlines(config.mesh), null) : html`<p class="empty">${text.noPlan}</p>`;
    // While the next plan is made, the one before is shown as the mesh that it is of.
    return this.renderRanks(meshOf(writtenPlan, config.mesh), writtenPlan.ranks, writtenPlan);
  }

  private renderRanks(mesh: MeshSpec, ranks: readonly Outline[], plan: Planned | null) {
    const text = this.own.mesh;
    const replicas = Array.from({ length: mesh.data }, (_, replica) => ranks.filter(({ data }) => data === replica));
    return html`
      <div class="replicas" ${styled({ '--tensor': String(mesh.tensor) })}>
        ${replicas.map(
          (ranks, replica) => html`<div class="replica" role="list" aria-label=${text.replica(replica)}>
            ${mesh.data > 1 ? html`<p class="name" aria-hidden="true">${text.replica(replica)}</p>` : nothing}
            ${ranks.map((rank) => this.renderRank(rank, plan, mesh))}
          </div>`,
        )}
      </div>
      <p class="key">${text.modelKey}${this.renderZero(mesh)}</p>
    `;
  }

  private renderRank(outline: Outline, plan: Planned | null, { pipeline, tensor }: MeshSpec) {
    const text = this.own.mesh;
    const place = [pipeline > 1 ? text.stage(outline.pipeline) : '', tensor > 1 ? text.slice(outline.tensor, tensor) : ''].filter(Boolean);
    const rank = plan?.ranks[outline.rank];
    return html`<div class="rank" role="listitem">
      <p class="title"><b>${text.rank(outline.rank)}</b> <span>${place.join(' · ')}</span></p>
      ${plan && rank ? this.renderHeld(rank, plan, tensor) : ROOM}
    </div>`;
  }

  private renderHeld(rank: PlannedRank, planned: Planned, tensor: number) {
    const text = this.own.mesh;
    const bytes = Object.values(rank.bytes).reduce((sum, part) => sum + part, 0);
    return html`${renderStrip(rank, planned, tensor)}
      <p class="holds">${text.holds(rank.segments.flatMap((segments) => inWords(text, planned.segments, segments)))}</p>
      <p class="holds amounts"><span>${text.share(this.format.count(rank.parameters))}</span> <span>${this.format.size(bytes)}</span></p>`;
  }

  /** What replicas share out on top of the strip. */
  private renderZero({ zero, data }: MeshSpec) {
    const text = this.own.mesh;
    return zero === 'none' || data === 1 ? nothing : html` <b>ZeRO: ${text.zeroShare(data, text.zeroWhat[zero])}</b>`;
  }
}

/** A rank's place. */
type Outline = Pick<PlannedRank, 'rank' | 'data' | 'pipeline' | 'tensor'>;

/** The room that what a rank holds takes, until it is known. */
const ROOM = html`<svg class="strip" aria-hidden="true"></svg><p class="holds">\u00a0</p><p class="holds">\u00a0</p>`;

/** The ranks of a mesh, numbered from the outermost axis to the innermost. */
function outlines({ data, pipeline, tensor }: MeshSpec): Outline[] {
  return Array.from({ length: data * pipeline * tensor }, (_, rank) => ({
    rank,
    data: Math.floor(rank / (pipeline * tensor)),
    pipeline: Math.floor(rank / tensor) % pipeline,
    tensor: rank % tensor,
  }));
}

/** The mesh that a plan is of. */
function meshOf({ ranks }: Planned, written: MeshSpec): MeshSpec {
  const last = ranks.at(-1);
  return last ? { ...written, data: last.data + 1, pipeline: last.pipeline + 1, tensor: last.tensor + 1 } : written;
}

/** The model from left to right, a tensor rank's slice of it from top to bottom. */
function renderStrip({ segments, tensor }: PlannedRank, planned: Planned, slices: number) {
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
