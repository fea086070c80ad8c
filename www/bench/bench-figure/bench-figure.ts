import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LIBRARIES, type Row } from '../../../tests/bench/groups.mjs';
import { shared } from '../../kit/base.css';
import { SpeakingElement } from '../bench-element';
import type { RowView } from '../benchmark';
import { grouped } from '../grouped';
import type { BenchText } from '../text/type';
import { bars, bestPeer, spreadShares, summary, type Bar } from './figures';
import { styles } from './bench-figure.css';

/** A row's name within its column. */
function rowName(text: BenchText, group: string, { shape, cfg }: Row): string {
  if (cfg) return text.trainShape(cfg.L, cfg.D, cfg.B, cfg.T);
  if (group === 'attention') return text.attentionShape(shape[1]!, shape[0]!, shape[2]!);
  return shape.join(' × ');
}

/** With a raised T, which many fonts lack as a letter. */
const transposed = (name: string) => name.split('ᵀ').map((part, i) => (i === 0 ? part : html`<sup>T</sup>${part}`));

/** One group of work on one number of threads: a column for each operation, in it a chart for each row. */
@customElement('tinyai-bench-figure')
export class BenchFigure extends SpeakingElement {
  static override styles = [shared, styles];

  @property({ type: Number }) index = 1;
  @property() group = '';
  @property({ type: Number }) threads = 1;
  @property({ attribute: false }) rows: RowView[] = [];

  override render() {
    const text = this.words.bench;
    const columns = grouped(this.rows, ({ row }) => row.op);
    return html`
      <figure>
        <figcaption class="caption">
          <span class="number">${text.figure(this.index)}</span>
          <h2>${text.groupNames[this.group] ?? this.group} · ${text.onThreads(this.threads)}</h2>
          <p>${text.groupNotes[this.group]}</p>
          ${this.renderSummary()}
        </figcaption>
        <div class="columns">${[...columns].map(([op, views]) => this.renderColumn(op, views))}</div>
      </figure>
    `;
  }

  private renderSummary() {
    const { bench: text, format } = this.words;
    const { share, ratios } = summary(this.rows);
    if (share === null && !ratios) return nothing;
    return html`<p class="summary">
      ${share === null ? nothing : html`<span>${text.medianShare(format.wholePercent(share))}</span>`}
      ${ratios ? html`<span>${text.ratios(format.times(ratios[0]), format.times(ratios[1]))}</span>` : nothing}
    </p>`;
  }

  private renderColumn(op: string, views: RowView[]) {
    const { bench: text, format } = this.words;
    const { name, note } = text.ops[`${this.group} ${op}`] ?? { name: op, note: '' };
    const unit = views[0]!.row.unit;
    // Alone, this engine needs no name at each of its bars.
    return html`<table ?data-alone=${views.every((view) => bars(view).length === 1)}>
      <caption><b>${transposed(name)}</b> ${transposed(note)}</caption>
      <thead>
        <tr>
          <td class="name"></td>
          <th scope="col"><span class="axis" aria-hidden="true"><i>0</i><i>${format.wholePercent(0.5)}</i><i>${format.wholePercent(1)}</i></span><span class="visually-hidden">${text.share}</span></th>
          <td></td>
          <th scope="col" class="value">${text.units[unit] ?? unit}</th>
        </tr>
      </thead>
      ${views.map((view) => this.renderRow(view))}
    </table>`;
  }

  private renderRow(view: RowView) {
    const { bench: text, format } = this.words;
    const best = bestPeer(view);
    const [low, high] = view.result?.spread ?? [0, 0];
    return html`<tbody data-status=${view.status}>
      <tr class="head">
        <th scope="rowgroup" colspan="4">
          <span class="row">
            <span>${rowName(text, this.group, view.row)}</span>
            <span class="notes">
              ${best ? html`<b>${text.ratio(format.times(best.ratio), best.name)}</b>` : nothing}
              ${low < high ? html`<span>${text.spread(format.three(low), format.three(high))}</span>` : nothing}
            </span>
          </span>
        </th>
      </tr>
      ${bars(view).map((bar) => this.renderBar(bar, view))}
      ${[...view.failures].map(([library, reason]) => {
        const name = LIBRARIES[library]?.name ?? text.thisEngine;
        return html`<tr class="failure"><td colspan="4">${text.cannot(name, reason)}</td></tr>`;
      })}
    </tbody>`;
  }

  private renderBar({ peer, value, share }: Bar, view: RowView) {
    const { bench: text, format } = this.words;
    const spread = peer === null ? spreadShares(view) : null;
    const width = (of: number): string => `${100 * Math.min(1, Math.max(0, of))}%`;
    return html`<tr class=${peer === null ? 'ours' : 'peer'}>
      <th scope="row" class="name"><span>${peer ?? text.thisEngine}</span></th>
      <td class="bar">
        <div class="track" aria-hidden="true">
          <div class="fill" style="width: ${width(share ?? 0)}"></div>
          ${spread ? html`<div class="whisker" style="left: ${width(spread[0])}; width: ${width(Math.min(1, spread[1]) - spread[0])}"></div>` : nothing}
        </div>
      </td>
      <td class="share">${share === null || !Number.isFinite(view.result!.peak) ? nothing : format.wholePercent(share)}</td>
      <td class="value">${value === null ? (view.status === 'done' ? '–' : '') : format.three(value)}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bench-figure': BenchFigure;
  }
}
