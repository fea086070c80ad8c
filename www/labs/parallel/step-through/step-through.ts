import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { size } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import type { AtGate } from '../../types/generated/AtGate';
import type { HeldKind } from '../../types/generated/HeldKind';
import type { PlannedRank } from '../../types/generated/PlannedRank';
import { LabElement } from '../../workbench/lab-element';
import { actionText, chunkLetter } from '../action-text';
import { timelineColours } from '../rank-timeline/colours.css';
import { styles } from './step-through.css';

/** In the order in which a micro-batch passes them. */
const KINDS: HeldKind[] = ['input', 'activations', 'output_gradient', 'weight_gradients'];

/**
 * Each rank before its next action: what it will do, and which tensors it holds. Buttons are never quite disabled while a rank
 * computes: that would take the focus from whoever steps by keyboard.
 */
@customElement('step-through')
export class StepThrough extends LabElement<ParallelWorkbench> {
  static override styles = [shared, timelineColours, styles];

  /** What a rank held when it last waited, so that nothing jumps while it computes. */
  private readonly lastHeld = new Map<number, AtGate>();

  override render() {
    const { session, ran } = this.bench;
    const planned = ran?.planned;
    if (session.phase !== 'stepping' || !planned) {
      this.lastHeld.clear();
      return nothing;
    }
    const text = messages().parallel.steps;
    const waiting = session.gates.filter((gate) => gate !== null);
    for (const gate of waiting) this.lastHeld.set(gate.rank, gate);
    return html`
      <section>
        <div class="caption">
          <h2>${text.title}</h2>
          <p>${this.lastHeld.size > 0 ? text.hint : text.starting}</p>
          <button class="all" aria-disabled=${waiting.length === 0} @click=${() => session.pass()}>${text.nextAll}</button>
        </div>
        <div class="ranks">${planned.ranks.map((rank) => this.renderRank(rank, session.gates[rank.rank] ?? null))}</div>
      </section>
    `;
  }

  private renderRank({ rank, pipeline, segments }: PlannedRank, gate: AtGate | null) {
    const text = messages().parallel;
    const { mesh } = this.bench.ran!.spec;
    const next = gate && actionText(gate.action, mesh.pipeline, segments.length);
    const held = (gate ?? this.lastHeld.get(rank))?.held ?? [];
    const total = held.reduce((sum, { bytes }) => sum + bytes, 0);
    return html`<article ?data-busy=${gate === null} aria-label=${text.mesh.rank(rank)}>
      <h3>${text.mesh.rank(rank)} <span>${mesh.pipeline > 1 ? text.mesh.stage(pipeline) : ''}</span><span class="total">${text.steps.total(size(total))}</span></h3>
      <p class="next">
        <span><span class="label">${text.steps.next}</span> ${next ?? text.steps.busy}</span>
        <button aria-disabled=${gate === null} aria-label=${text.steps.passRank(rank, next ?? text.steps.busy)} @click=${() => gate && this.bench.session.pass(rank)}>${text.steps.pass}</button>
      </p>
      ${this.renderHeld(rank, held, mesh.micro_batches, mesh.pipeline, segments.length)}
    </article>`;
  }

  /** A column for each micro-batch, a row for each kind of tensor; a rank's chunks stand in the same cell. */
  private renderHeld(rank: number, held: AtGate['held'], microBatches: number, stages: number, chunks: number) {
    const text = messages().parallel.steps;
    const split = this.bench.ran!.spec.mesh.schedule === 'zb_h1';
    const kinds = KINDS.filter((kind) => kind !== 'weight_gradients' || split);
    const cell = (kind: HeldKind, microBatch: number) => held.filter((tensor) => tensor.kind === kind && tensor.micro_batch === microBatch);
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${`${messages().parallel.mesh.rank(rank)}: ${text.title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">${text.microBatch}</th>
            ${Array.from({ length: microBatches }, (_, i) => html`<th scope="col">${i}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${kinds.map(
            (kind) => html`<tr>
              <th scope="row">${text.kinds[kind]}</th>
              ${Array.from({ length: microBatches }, (_, i) => {
                const tensors = cell(kind, i);
                return html`<td class=${tensors.length > 0 ? kind : ''}>
                  ${tensors.map(({ bytes, virtual_stage }) => html`<span>${chunkLetter(virtual_stage, stages, chunks)} ${size(bytes)}</span>`)}
                </td>`;
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
