import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { AtGate } from '../../../types/generated/AtGate';
import type { HeldKind } from '../../../types/generated/HeldKind';
import type { PlannedRank } from '../../../types/generated/PlannedRank';
import type { RunSpec } from '../../../types/generated/RunSpec';
import { actionText, chunkLetter } from '../action-text';
import { ParallelElement } from '../parallel-element';
import { columnsOf, placed } from './held';
import { styles } from './step-through.css';

/** In the order in which a micro-batch passes them. */
const KINDS: HeldKind[] = ['input', 'activations', 'output_gradient', 'weight_gradients'];

/**
 * Each rank before its next action: what it will do, and which tensors it holds. Buttons are never quite disabled while a rank
 * computes: that would take the focus from whoever steps by keyboard.
 */
@customElement('tinyai-step-through')
export class StepThrough extends ParallelElement {
  static override styles = [shared, styles];

  /** What a rank held when it last waited, so that nothing jumps while it computes. */
  private readonly lastHeld = new Map<number, AtGate>();

  override render() {
    const { runner } = this.store;
    const { inTurn } = this.view;
    const planned = inTurn?.parallel.planned;
    if (!runner.byHand || !planned || inTurn?.status !== 'running') {
      this.lastHeld.clear();
      return nothing;
    }
    const text = this.own.steps;
    const { gates } = runner;
    for (const gate of gates) this.lastHeld.set(gate.rank, gate);
    return html`
      <section>
        <div class="caption">
          <h2>${text.title}</h2>
          <p>${this.lastHeld.size > 0 ? text.hint : text.starting}</p>
          <button class="all" aria-disabled=${gates.length === 0} @click=${() => runner.pass()}>${text.nextAll}</button>
        </div>
        <div class="ranks">${planned.ranks.map((rank) => this.renderRank(rank, inTurn.spec, gates.find((gate) => gate.rank === rank.rank)))}</div>
      </section>
    `;
  }

  private renderRank(planned: PlannedRank, spec: RunSpec, gate: AtGate | undefined) {
    const { steps, mesh } = this.own;
    const { rank, pipeline, segments } = planned;
    const stages = spec.mesh.pipeline;
    const next = gate && actionText(this.own, gate.action, stages, segments.length);
    const last = gate ?? this.lastHeld.get(rank);
    const total = (last?.held ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
    return html`<article ?data-busy=${!gate} aria-label=${mesh.rank(rank)}>
      <h3>${mesh.rank(rank)} <span>${stages > 1 ? mesh.stage(pipeline) : ''}</span><span class="total">${steps.total(this.format.size(total))}</span></h3>
      <p class="next">
        <span><span class="label">${steps.next}</span> ${next ?? steps.busy}</span>
        <button aria-disabled=${!gate} aria-label=${steps.passRank(rank, next ?? steps.busy)} @click=${() => gate && this.store.runner.pass(rank)}>${steps.pass}</button>
      </p>
      ${this.renderHeld(planned, spec, last)}
    </article>`;
  }

  /** A column for each micro-batch, a row for each kind of tensor; a rank's chunks stand in the same cell. */
  private renderHeld({ rank, segments }: PlannedRank, { mesh, training }: RunSpec, gate: AtGate | undefined) {
    const text = this.own.steps;
    const kinds = KINDS.filter((kind) => kind !== 'weight_gradients' || mesh.schedule === 'zb_h1');
    const columns = columnsOf(training.micro_batches, gate);
    const cells = placed(gate?.held ?? []);
    const tensors = (kind: HeldKind, microBatch: number) => cells.get(`${kind} ${microBatch}`) ?? [];
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${`${this.own.mesh.rank(rank)}: ${text.title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">${text.microBatch}</th>
            ${columns.map((i) => html`<th scope="col">${i}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${kinds.map(
            (kind) => html`<tr>
              <th scope="row">${text.kinds[kind]}</th>
              ${columns.map(
                (i) => html`<td class=${tensors(kind, i).length > 0 ? kind : ''}>
                  ${tensors(kind, i).map(({ bytes, virtual_stage }) => html`<span>${chunkLetter(virtual_stage, mesh.pipeline, segments.length)} ${this.format.size(bytes)}</span>`)}
                </td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
