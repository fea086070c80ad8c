import { html, nothing } from 'lit';
import { customElement, queryAll } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Survival } from '../../../../types/generated/Survival';
import type { RoundingFormat } from '../../../../engine/shelf/formats';
import { shared } from '../../../../kit/base.css';
import '../../../../kit/chart/heat-map/heat-map';
import type { HeatMap } from '../../../../kit/chart/heat-map/heat-map';
import type { ChartCurve } from '../../../../kit/chart/curves';
import { tableCsv } from '../../../../kit/chart/csv';
import '../../../../kit/chart/line-chart';
import type { LineChart } from '../../../../kit/chart/line-chart';
import '../../../../kit/figure/figure';
import '../../../../kit/notice/notice';
import { styled } from '../../../../kit/styled';
import '../../../../kit/table/table';
import { tableStyles } from '../../../../kit/table/table.css';
import { colour, dash } from '../../../../shell/figures/run-mark';
import { AdaptersElement } from '../adapters-element';
import type { Item } from '../shelf/item';
import { FORMATS, STAGES, type Findings } from './anatomy';
import { styles } from './anatomy.css';
import { byLayer, greatest, gridOf, LEAST_GAIN, mean, meanCumulative, needed, placeOf, relative, survives, type Place } from './facts';

/** The share of the squared norm that counts as enough. */
const ENOUGH = 0.9;
/** Less of the loss than that is chance. */
const NOTICED = 0.002;
/** Parts that come to less than this share of the whole make up for each other. */
const WHOLE = 0.8;
/** The rank that a larger one is held against. */
const LOWER = 4;

/** One adapter, taken apart: five questions, each with its figure and what it comes to. */
@customElement('tinyai-adapter-anatomy')
export class AdapterAnatomy extends AdaptersElement {
  static override styles = [shared, tableStyles, styles];

  @queryAll('tinyai-line-chart') private readonly charts!: NodeListOf<LineChart>;
  @queryAll('tinyai-heat-map') private readonly maps!: NodeListOf<HeatMap>;

  override render() {
    const { own, desk, words } = this;
    const { anatomy } = desk;
    const { item } = anatomy;
    const text = own.anatomy;
    const found = item && anatomy.findings(item);
    return html`<section aria-labelledby="anatomy">
      <h2 id="anatomy">${text.heading}</h2>
      <p class="lead">${text.caption}</p>
      ${item ? this.renderChoice(item, found!) : html`<p class="lead">${text.empty}</p>`}
      ${anatomy.problems.length === 0 ? nothing : html`<tinyai-notice .items=${anatomy.problems.map(({ message }) => ({ message: words.message(message) }))}></tinyai-notice>`}
      ${found?.modules ? html`<div class="figures">${this.renderValues(found)} ${this.renderChange(found)} ${this.renderWorth(found)} ${this.renderRounding(found)} ${this.renderSurvival(found)}</div>` : nothing}
    </section>`;
  }

  private renderChoice(item: Item, found: Findings) {
    const { own, desk, format } = this;
    const { anatomy, shelf } = desk;
    const text = own.anatomy;
    const { measuring } = anatomy;
    const { ready } = shelf;
    return html`<form @submit=${(event: Event) => (event.preventDefault(), void anatomy.examine(item))}>
      <label>
        ${text.adapter}
        <select .value=${live(String(ready.indexOf(item)))} @change=${(event: Event) => anatomy.choose(ready[Number((event.target as HTMLSelectElement).value)]!)}>
          ${ready.map((one, i) => html`<option value=${i} ?selected=${one === item}>${one.name}</option>`)}
        </select>
      </label>
      ${measuring
        ? html`<button type="button" class="plain" @click=${() => anatomy.stop()}>${text.stop}</button>
            <progress max=${measuring.all} value=${measuring.done} aria-label=${text.examine}></progress>
            <span class="quiet">${shelf.waits ? own.shelf.waits : text.progress(format.count(measuring.done), format.count(measuring.all))}</span>`
        : html`<button type="submit" class="primary">${found.modules ? text.again : text.examine}</button>`}
    </form>`;
  }

  private at({ layer, role }: Place): string {
    return layer === null ? role : this.own.anatomy.at(layer, role);
  }

  /** A figure with what it comes to in a sentence above it. */
  private figure(name: string, { heading, caption }: { heading: string; caption: string }, says: string | null, content: unknown, files: object = {}) {
    return html`<tinyai-figure class=${name} .name=${name} .heading=${heading} .caption=${caption} .files=${files}>
      ${says === null ? nothing : html`<p class="says" aria-live="polite">${says}</p>`} ${content}
    </tinyai-figure>`;
  }

  // ---- Singular values

  private renderValues({ changes, modules }: Findings) {
    const { own, format } = this;
    const text = own.anatomy.values;
    const found = changes.filter(({ singular_values }) => singular_values.length > 0);
    if (found.length === 0) return this.figure('singular-values', text, changes.length === modules!.length ? text.none : null, nothing);
    const counts = found.map((change) => ({ ...change, value: needed(change.singular_values, ENOUGH) }));
    const roles = gridOf(found.map((change) => ({ ...change, value: 0 }))).roles;
    const curves = roles.map((role, i): ChartCurve => {
      const shares = meanCumulative(found.filter((change) => change.role === role));
      const enough = mean(counts.filter((change) => change.role === role).map(({ value }) => value))!;
      // All end at the whole, and what tells them apart is how soon they hold enough of it.
      return { name: role, end: null, colour: colour(i), dash: dash(i), series: [{ name: '', style: 'points', x: shares.map((_, k) => k + 1), y: shares, rest: text.enough(format.tenths(enough)) }] };
    });
    const most = Math.max(...found.map(({ singular_values }) => singular_values.length));
    const lower = most > LOWER ? LOWER : Math.max(1, Math.floor(most / 2));
    const top = greatest(counts)!;
    const says =
      most === 1
        ? text.one
        : text.says(format.tenths(mean(counts.map(({ value }) => value))!), format.count(most), format.count(top.value), this.at(top), format.count(lower), format.wholePercent(meanCumulative(found)[lower - 1]!));
    const files = { svg: () => this.charts[0]?.svg() ?? null, csv: () => this.csvOfValues(found) };
    return this.figure(
      'singular-values',
      text,
      changes.length === modules!.length ? says : null,
      html`<tinyai-line-chart
        whole
        .label=${text.heading}
        .curves=${curves}
        .references=${[{ name: '', y: ENOUGH }]}
        .tickY=${format.wholePercent}
        .nameX=${text.count}
        .nameY=${text.share}
        .rangeX=${[1, Math.max(2, most)]}
        .formatX=${format.count}
        .sayX=${(values: number) => text.largest(format.count(values))}
        .formatY=${format.wholePercent}
      ></tinyai-line-chart>`,
      files,
    );
  }

  private csvOfValues(found: Findings['changes']): string {
    const most = Math.max(...found.map(({ singular_values }) => singular_values.length));
    return tableCsv(
      [this.own.anatomy.module, ...Array.from({ length: most }, (_, i) => `σ${i + 1}`)],
      found.map(({ module, singular_values }) => [module, ...Array.from({ length: most }, (_, i) => singular_values[i] ?? null)]),
    );
  }

  // ---- Layers and modules

  private heat(map: number, label: string, found: readonly (Place & { value: number | null })[], cell: (value: number) => string) {
    const { own } = this;
    const { layers, roles, values } = gridOf(found);
    return {
      content: html`<tinyai-heat-map
        .label=${label}
        .rows=${layers.map((layer) => (layer === null ? own.anatomy.noLayer : String(layer)))}
        .columns=${roles}
        .values=${values}
        .nameRows=${own.anatomy.layer}
        .nameColumns=${own.anatomy.module}
        .format=${cell}
      ></tinyai-heat-map>`,
      files: { svg: () => this.maps[map]?.svg() ?? null, csv: () => this.maps[map]?.csv() ?? null },
    };
  }

  private renderChange({ changes, modules }: Findings) {
    const { own, format } = this;
    const text = own.anatomy.change;
    const found = changes.map((change) => ({ ...change, value: relative(change) }));
    const most = greatest(found);
    const done = changes.length === modules!.length;
    if (!most) return this.figure('change', text, done ? text.none : null, nothing);
    const average = mean(found.flatMap(({ value }) => value ?? []))!;
    const { content, files } = this.heat(0, text.heading, found.map((one) => ({ ...one, value: one.value === null ? null : 100 * one.value })), format.tenths);
    return this.figure('change', text, done ? text.says(this.at(most), `${format.tenths(100 * most.value)}%`, `${format.tenths(100 * average)}%`) : null, content, files);
  }

  private renderWorth({ modules, loss, baseLoss, without }: Findings) {
    const { own, format } = this;
    const text = own.anatomy.worth;
    if (loss === null) return this.figure('worth', text, null, nothing);
    const measured = new Map(without.map(({ module, loss: now }) => [module, now - loss]));
    const found = modules!.map((module) => ({ ...placeOf(module), value: measured.get(module) ?? null }));
    const { content, files } = this.heat(1, text.heading, found.map((one) => ({ ...one, value: one.value === null ? null : 1000 * one.value })), format.tenths);
    const done = without.length === modules!.length;
    return this.figure('worth', text, done && baseLoss !== null ? this.saysWorth(found, baseLoss - loss) : null, content, files);
  }

  private saysWorth(found: readonly (Place & { value: number | null })[], gain: number): string {
    const { own, format } = this;
    const text = own.anatomy.worth;
    const most = greatest(found);
    if (gain < LEAST_GAIN || !most) return text.none(format.short(LEAST_GAIN));
    const sum = found.reduce((all, { value }) => all + (value ?? 0), 0);
    const worst = greatest(found.map((one) => ({ ...one, value: one.value === null ? null : -one.value })));
    const said = text.says(format.loss(gain), this.at(most), format.loss(most.value), format.wholePercent(most.value / gain), format.wholePercent(sum / gain), sum < WHOLE * gain);
    const hurts = worst && worst.value >= NOTICED ? text.hurts(this.at(worst), format.loss(worst.value)) : '';
    return [said, hurts].filter(Boolean).join(this.words.kit.chart.between);
  }

  // ---- Rounding

  private renderRounding({ rounding }: Findings) {
    const { own, format, words } = this;
    const text = own.anatomy.rounding;
    const of = (kind: RoundingFormat) => rounding[kind].map((one) => ({ ...one, value: one.error }));
    const [int8, nf4] = [of('int8'), of('nf4')];
    if (int8.length === 0) return this.figure('rounding', text, null, nothing);
    const name = (kind: string): string => words.option('fine_tuning.quantization', kind) ?? kind;
    const curves = FORMATS.map((kind, i): ChartCurve => {
      const layers = byLayer(of(kind));
      const over = mean(of(kind).map(({ value }) => value));
      return { name: name(kind), end: null, colour: colour(i), dash: dash(i), series: [{ name: '', style: 'points', x: layers.map(({ layer }) => layer), y: layers.map(({ value }) => value), ...(over !== null && { rest: text.mean(format.relative(over)) }) }] };
    });
    const last = Math.max(1, ...int8.flatMap(({ layer }) => layer ?? []));
    const [a, b] = [mean(int8.map(({ value }) => value)), mean(nf4.map(({ value }) => value))];
    const worst = greatest(byLayer(nf4));
    const done = int8.length === nf4.length && a !== null && b !== null && worst !== null;
    const files = { svg: () => [...this.charts].at(-1)?.svg() ?? null, csv: () => [...this.charts].at(-1)?.csv() ?? null };
    return this.figure(
      'rounding',
      text,
      done ? text.says(format.relative(a), format.relative(b), format.short(b / a), String(worst.layer)) : null,
      html`<tinyai-line-chart
        whole
        .label=${text.heading}
        .curves=${curves}
        .nameX=${own.anatomy.layer}
        .nameY=${text.error}
        .rangeX=${[0, last]}
        .formatX=${format.count}
        .tickY=${(share: number) => `${format.short(100 * share)}%`}
        .formatY=${format.percent}
        .sayX=${(layer: number) => `${own.anatomy.layer} ${layer}`}
      ></tinyai-line-chart>`,
      files,
    );
  }

  // ---- What survives

  private renderSurvival({ survival, unmerged }: Findings) {
    const { own, words, format } = this;
    const text = own.anatomy.survival;
    const { int8, nf4 } = survival;
    if (unmerged.length > 0) return this.figure('survival', text, unmerged.map(({ message }) => words.message(message)).join(' '), nothing);
    if (int8.length === 0) return this.figure('survival', text, null, nothing);
    const whole = (stages: readonly Survival[]): boolean => stages.length === STAGES.length;
    const [merged, nf4Left, int8Left] = [survives(nf4, 'merged'), survives(nf4, 'rounded'), survives(int8, 'rounded')];
    const said = merged === null || nf4Left === null || int8Left === null ? text.none(format.short(LEAST_GAIN)) : text.says(format.wholePercent(merged), format.wholePercent(nf4Left), format.wholePercent(int8Left), nf4Left < 0.5);
    const name = (kind: string): string => words.option('fine_tuning.quantization', kind) ?? kind;
    return this.figure(
      'survival',
      text,
      whole(nf4) && whole(int8) ? said : null,
      html`<tinyai-table .label=${text.heading}>
        <table>
          <thead>
            <tr>
              <td></td>
              ${FORMATS.map((kind) => html`<th scope="colgroup" colspan="3">${name(kind)}</th>`)}
            </tr>
            <tr>
              <th scope="col">${text.stage}</th>
              ${FORMATS.map(() => html`<th scope="col" class="number">${text.loss}</th><th scope="col" class="number">${text.kl}</th><th scope="col">${text.left}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${STAGES.map((stage) => html`<tr><th scope="row">${text.stages[stage]}</th>${FORMATS.map((kind) => this.renderStage(survival[kind], stage))}</tr>`)}
          </tbody>
        </table>
      </tinyai-table>`,
      { csv: () => this.csvOfSurvival(survival) },
    );
  }

  private renderStage(stages: readonly Survival[], stage: Survival['stage']) {
    const { format } = this;
    const found = stages.find((one) => one.stage === stage);
    if (!found) return html`<td class="number">–</td><td class="number">–</td><td>–</td>`;
    const left = survives(stages, stage);
    return html`<td class="number">${format.loss(found.loss)}</td>
      <td class="number">${format.tiny(found.kl)}</td>
      <td>${left === null ? '–' : html`<span class="left"><span class="track"><span class="bar" ${styled({ width: `${100 * Math.min(1, Math.max(0, left))}%` })}></span></span>${format.wholePercent(left)}</span>`}</td>`;
  }

  private csvOfSurvival(survival: Findings['survival']): string {
    const text = this.own.anatomy.survival;
    return tableCsv(
      [text.stage, ...FORMATS.flatMap((kind) => [`${kind}: ${text.loss}`, `${kind}: ${text.kl}`, `${kind}: ${text.left}`])],
      STAGES.map((stage) => [
        text.stages[stage],
        ...FORMATS.flatMap((kind) => {
          const found = survival[kind].find((one) => one.stage === stage);
          return [found?.loss ?? null, found?.kl ?? null, survives(survival[kind], stage)];
        }),
      ]),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-adapter-anatomy': AdapterAnatomy;
  }
}
