import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import '../../../kit/table/table';
import { tableStyles } from '../../../kit/table/table.css';
import type { Traffic } from '../../../types/generated/Traffic';
import { largestDifference } from '../losses';
import { ParallelElement } from '../parallel-element';
import { savedBytes, sumByKind, sumOf } from '../traffic';
import { styles } from './traffic-table.css';

/** What ranks send each other, by kind: computed beforehand, and counted. */
@customElement('tinyai-traffic-table')
export class TrafficTable extends ParallelElement {
  static override styles = [shared, tableStyles, styles];

  override render() {
    const text = this.own.traffic;
    const run = this.view.measured;
    const predicted = sumByKind(run?.parallel.prediction?.traffic ?? []);
    const measured = sumByKind(run?.ranks.map(({ traffic }) => traffic) ?? []);
    const kinds = [...new Set([...predicted.keys(), ...measured.keys()])].filter((kind) => sent(predicted.get(kind)) || sent(measured.get(kind)));
    return html`
      <tinyai-figure .number=${this.text.results.table(2)} .heading=${text.title} .caption=${text.caption}>
        ${kinds.length === 0 ? html`<p class="empty">${text.empty}</p>` : this.renderTable(kinds, predicted, measured)} ${this.renderSaved(measured)}
      </tinyai-figure>
    `;
  }

  private renderTable(kinds: string[], predicted: Map<string, Traffic>, measured: Map<string, Traffic>) {
    const text = this.own.traffic;
    const most = Math.max(1, ...[...predicted.values(), ...measured.values()].map(({ bytes }) => bytes));
    return html`<tinyai-table .label=${text.title}>
      <table>
        <thead>
          <tr>
            <th scope="col" rowspan="2">${text.kind}</th>
            <th scope="colgroup" colspan="3">${text.bytes}</th>
            <th scope="colgroup" colspan="2">${text.messages}</th>
            <th scope="colgroup" colspan="2">${text.seconds} (${this.text.units.ms})</th>
          </tr>
          <tr>
            <th scope="col" class="number">${text.predicted}</th>
            <th scope="col" class="number">${text.measured}</th>
            <td class="bars"></td>
            <th scope="col" class="number">${text.predicted}</th>
            <th scope="col" class="number">${text.measured}</th>
            <th scope="col" class="number">${text.wait}</th>
            <th scope="col" class="number">${text.transfer}</th>
          </tr>
        </thead>
        <tbody>
          ${kinds.map((kind) => this.renderRow(text.kinds[kind] ?? kind, predicted.get(kind), measured.get(kind), most))}
          ${kinds.length > 1 ? this.renderRow(text.total, sumOf(predicted.values()), sumOf(measured.values()), null) : nothing}
        </tbody>
      </table>
    </tinyai-table>`;
  }

  /** `most`: what the bars are shares of; null: a row without. */
  private renderRow(name: string, predicted: Traffic | undefined, measured: Traffic | undefined, most: number | null) {
    const { count, short, size } = this.format;
    const bytes = (of: Traffic | undefined) => (of ? html`<span title=${`${count(of.bytes)} ${this.text.units.bytes}`}>${size(of.bytes)}</span>` : '–');
    const bar = (of: Traffic | undefined, kind: string) => html`<div class=${kind} ${styled({ width: `${(100 * (of?.bytes ?? 0)) / (most ?? 1)}%` })}></div>`;
    return html`<tr class=${most === null ? 'all' : ''}>
      <th scope="row">${name}</th>
      <td class="number">${bytes(predicted)}</td>
      <td class="number"><b>${bytes(measured)}</b></td>
      <td class="bars">${most === null ? nothing : html`${bar(predicted, 'predicted')}${bar(measured, 'measured')}`}</td>
      <td class="number">${predicted ? count(predicted.messages) : '–'}</td>
      <td class="number"><b>${measured ? count(measured.messages) : '–'}</b></td>
      <td class="number">${measured ? short(1000 * measured.wait_seconds) : '–'}</td>
      <td class="number">${measured ? short(1000 * measured.transfer_seconds) : '–'}</td>
    </tr>`;
  }

  /** What compression saved, beside what it did to the loss. */
  private renderSaved(sent: Map<string, Traffic>) {
    const { measured, alone } = this.view;
    const planned = measured?.parallel.planned;
    const saved = measured && planned && sent.size > 0 ? savedBytes(measured.spec, planned, sent) : null;
    if (!measured || !saved) return nothing;
    const text = this.own.traffic;
    const { percent, size } = this.format;
    const difference = alone && largestDifference(alone.curve('loss'), measured.curve('loss'));
    return html`<p class="saved">
      <b>${text.saved(percent(1 - saved.sent / saved.whole), size(saved.sent), size(saved.whole))}</b>
      ${difference ? text.effect(percent(difference.relative)) : text.effectUnknown}
    </p>`;
  }
}

const sent = (traffic: Traffic | undefined): boolean => traffic !== undefined && traffic.messages > 0;
