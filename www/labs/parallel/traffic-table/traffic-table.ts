import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { count, percent, short, size } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import { largestDifference, savedBytes, sumByKind } from '../../parallel/measured';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import type { Traffic } from '../../types/generated/Traffic';
import '../../kit/figure/figure';
import '../../kit/table/table';
import { tableStyles } from '../../kit/table/table.css';
import { LabElement } from '../../workbench/lab-element';
import { timelineColours } from '../rank-timeline/colours.css';
import { styles } from './traffic-table.css';

/** What ranks send each other, by kind: computed beforehand, and counted. */
@customElement('traffic-table')
export class TrafficTable extends LabElement<ParallelWorkbench> {
  static override styles = [shared, timelineColours, tableStyles, styles];

  override render() {
    const text = messages().parallel.traffic;
    const { prediction, steps } = this.bench.session;
    const predicted = sumByKind(prediction?.traffic ?? []);
    const measured = sumByKind([steps.at(-1)?.traffic ?? []]);
    const kinds = [...new Set([...predicted.keys(), ...measured.keys()])].filter((kind) => sent(predicted.get(kind)) || sent(measured.get(kind)));
    return html`
      <tinyai-figure .number=${messages().results.table(1)} .heading=${text.title} .caption=${text.caption}>
        ${kinds.length === 0 ? html`<p class="empty">${text.empty}</p>` : this.renderTable(kinds, predicted, measured)} ${this.renderSaved()}
      </tinyai-figure>
    `;
  }

  private renderTable(kinds: string[], predicted: Map<string, Traffic>, measured: Map<string, Traffic>) {
    const text = messages().parallel.traffic;
    const most = Math.max(1, ...[...predicted.values(), ...measured.values()].map(({ bytes }) => bytes));
    const total = (of: Map<string, Traffic>): Traffic | undefined => sumByKind([[...of.values()].map((each) => ({ ...each, kind: 'total' }))]).get('total');
    return html`<tinyai-table .label=${text.title}>
      <table>
        <thead>
          <tr>
            <th scope="col" rowspan="2">${text.kind}</th>
            <th scope="colgroup" colspan="3">${text.bytes}</th>
            <th scope="colgroup" colspan="2">${text.messages}</th>
            <th scope="col" rowspan="2" class="number">${text.waited} (${messages().units.ms})</th>
          </tr>
          <tr>
            <th scope="col" class="number">${text.predicted}</th>
            <th scope="col" class="number">${text.measured}</th>
            <td class="bars"></td>
            <th scope="col" class="number">${text.predicted}</th>
            <th scope="col" class="number">${text.measured}</th>
          </tr>
        </thead>
        <tbody>
          ${kinds.map((kind) => this.renderRow(text.kinds[kind] ?? kind, predicted.get(kind), measured.get(kind), most))}
          ${kinds.length > 1 ? this.renderRow(text.total, total(predicted), total(measured), null) : nothing}
        </tbody>
      </table>
    </tinyai-table>`;
  }

  /** `most`: what the bars are shares of; null: a row without. */
  private renderRow(name: string, predicted: Traffic | undefined, measured: Traffic | undefined, most: number | null) {
    const bytes = (of: Traffic | undefined) => (of ? html`<span title=${`${count(of.bytes)} ${messages().units.bytes}`}>${size(of.bytes)}</span>` : '–');
    const bar = (of: Traffic | undefined, kind: string) => html`<div class=${kind} style="width: ${(100 * (of?.bytes ?? 0)) / (most ?? 1)}%"></div>`;
    return html`<tr class=${most === null ? 'all' : ''}>
      <th scope="row">${name}</th>
      <td class="number">${bytes(predicted)}</td>
      <td class="number"><b>${bytes(measured)}</b></td>
      <td class="bars">${most === null ? nothing : html`${bar(predicted, 'predicted')}${bar(measured, 'measured')}`}</td>
      <td class="number">${predicted ? count(predicted.messages) : '–'}</td>
      <td class="number"><b>${measured ? count(measured.messages) : '–'}</b></td>
      <td class="number">${measured ? short(1000 * measured.seconds_waited) : '–'}</td>
    </tr>`;
  }

  /** What compression saved, beside what it did to the loss. */
  private renderSaved() {
    const { session, ran } = this.bench;
    const last = session.steps.at(-1);
    const saved = ran && last ? savedBytes(ran.spec, ran.planned, last.traffic) : null;
    if (!saved || saved.whole === 0) return nothing;
    const text = messages().parallel.traffic;
    const difference = largestDifference(session.steps, session.baseline);
    return html`<p class="saved">
      <b>${text.saved(percent(1 - saved.sent / saved.whole), size(saved.sent), size(saved.whole))}</b>
      ${difference ? text.effect(percent(difference.relative)) : text.effectUnknown}
    </p>`;
  }
}

const sent = (traffic: Traffic | undefined): boolean => traffic !== undefined && traffic.messages > 0;
