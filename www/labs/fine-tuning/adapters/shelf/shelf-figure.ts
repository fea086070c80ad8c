import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { keyOf } from '../../../../engine/spec/legs';
import { shared } from '../../../../kit/base.css';
import { tableCsv } from '../../../../kit/chart/csv';
import '../../../../kit/figure/figure';
import '../../../../kit/table/table';
import { tableStyles } from '../../../../kit/table/table.css';
import { measured, quantity, quantityStyles } from '../../../../shell/figures/quantity';
import { runName } from '../../../../shell/figures/run-mark';
import { saveAdapter } from '../../../../shell/figures/save-adapter';
import type { RunView } from '../../../../shell/store/run-view';
import type { Method } from '../../../../types/generated/Method';
import type { Spec } from '../../../../types/generated/Spec';
import { AdaptersElement } from '../adapters-element';
import type { Item } from './item';
import { styles } from './shelf-figure.css';

/** Bytes of a parameter of the base, which is held in float32. */
const BYTES = 4;
/** Methods that train parameters of the base itself; others add theirs to it. */
const WITHIN: readonly Method[] = ['full', 'bitfit', 'last_layers'];

/** The base and every adapter on it: what each is, what it takes, how well it does. */
@customElement('tinyai-adapter-shelf')
export class AdapterShelfFigure extends AdaptersElement {
  static override styles = [shared, tableStyles, quantityStyles, styles];

  private readonly files = { csv: () => this.csv() };
  /** What the runs of the experiment that is shown train. */
  private keys: { spec: Spec; of: readonly string[] } | null = null;

  override render() {
    const { own, desk, words } = this;
    const { shelf } = desk;
    const text = own.shelf;
    const under = this.underWay;
    const notes = [...new Set(shelf.items.flatMap(({ shelved }) => shelved?.entry.info?.warnings.map((warning) => this.named(words.of(warning))) ?? [])), ...this.ownBases.map(text.ownBase)];
    return html`<tinyai-figure name="adapters" .heading=${text.heading} .caption=${text.caption} .files=${this.files}>
      ${shelf.items.length === 0 && under.length === 0
        ? html`<p class="empty">${this.lost ? text.resultsOnly : text.empty}</p>`
        : html`<tinyai-table .label=${text.heading}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${text.adapter}</th>
                  <th scope="col">${text.method}</th>
                  <th scope="col" class="number">${text.loss(this.source(this.store.editor.spec.base.data.corpus))}</th>
                  <th scope="col" class="number">${text.parameters}</th>
                  <th scope="col" class="number">${text.memory}</th>
                  <th scope="col" class="number">${text.file}</th>
                  <th scope="col"><span class="visually-hidden">${text.actions}</span></th>
                </tr>
              </thead>
              <tbody>
                ${this.renderBase()} ${shelf.items.map((item) => this.renderItem(item))} ${under.map(({ run, index }) => this.renderUnderWay(run, index))}
              </tbody>
            </table>
          </tinyai-table>`}
      ${shelf.items.some(({ origin }) => origin.kind !== 'run') ? html`<p class="note screen-only">${text.untilClosed}</p>` : nothing}
      ${shelf.waits ? html`<p class="note" role="status">${text.waits}</p>` : nothing} ${notes.length === 0 ? nothing : html`<ul class="note">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
    </tinyai-figure>`;
  }

  /** Runs of the experiment that are yet to be on the shelf, or are trained anew. */
  private get underWay(): { run: RunView; index: number }[] {
    const { runner } = this.store;
    const { current } = runner;
    if (!runner.busy || !current) return [];
    const goesThere = ({ status }: RunView, index: number): boolean => status === 'running' || status === 'waiting' || (status === 'finished' && !this.desk.shelf.has(current.spec, index));
    return current.runs.flatMap((run, index) => (goesThere(run, index) ? [{ run, index }] : []));
  }

  /** Whether runs have ended of which only the results are there. */
  private get lost(): boolean {
    const { runner } = this.store;
    return !runner.busy && (runner.view?.runs.some(({ status }, run) => status === 'finished' && runner.heldBy(run) === null) ?? false);
  }

  private renderBase() {
    const { desk, format } = this;
    const parameters = this.baseParameters;
    const [count, memory] = parameters === null ? ['–', '–'] : [format.count(parameters), format.size(BYTES * parameters)];
    return html`<tr>
      <th scope="row">${this.marked(null)}</th>
      <td>–</td>
      <td class="number">${this.lossText(desk.shelf.baseLoss)}</td>
      <td class="number">${count}</td>
      <td class="number">${memory}</td>
      <td class="number">–</td>
      <td></td>
    </tr>`;
  }

  /** How many the base has, as one of the runs on it tells; null: none has begun. */
  private get baseParameters(): number | null {
    const { view } = this.store.runner;
    for (const run of view?.runs ?? []) {
      const [all, trained] = ['total_parameters', 'trainable_parameters'].map((name) => run.figure(name)?.value);
      if (run.spec.model.base !== this.store.editor.spec.base.model.base || all === undefined || trained === undefined) continue;
      return WITHIN.includes(run.spec.fine_tuning.method) ? all : all - trained;
    }
    return null;
  }

  /** In how many bits the bases are of which adapters have copies of their own. */
  private get ownBases(): string[] {
    const kinds = this.desk.shelf.items.flatMap(({ origin, shelved }) => (shelved && origin.kind === 'run' && origin.config.fine_tuning.quantization !== 'none' ? origin.config.fine_tuning.quantization : []));
    return [...new Set(kinds)].map((kind) => this.words.option('fine_tuning.quantization', kind) ?? kind);
  }

  private renderItem(item: Item) {
    const { own, format, words } = this;
    const text = own.shelf;
    const { state, name } = item;
    const entry = item.shelved?.entry ?? null;
    return html`<tr data-state=${state.is}>
      <th scope="row">${this.marked(item)}<small>${this.from(item)}</small></th>
      ${state.is === 'refused'
        ? html`<td colspan="5" class="refused">${text.refused}: ${state.problems.map(({ message }) => words.message(message)).join(' ')}</td>`
        : entry === null
          ? html`<td colspan="5" class="quiet">${text.putting}</td>`
          : html`<td>${this.methodOf(item)}<small>${this.reach(item)}</small></td>
              <td class="number">${this.lossOf(item)}${this.gap(item.loss)}</td>
              <td class="number">${format.count(entry.parameters)}</td>
              <td class="number">${format.size(entry.bytes)}</td>
              <td class="number">${entry.file_bytes === null ? html`<abbr title=${text.noFiles}>–</abbr>` : format.size(entry.file_bytes)}</td>`}
      <td class="does">
        ${entry && entry.file_bytes !== null ? html`<button type="button" class="link" aria-label=${text.saveOf(name)} @click=${() => void this.save(item)}>${text.save}</button>` : nothing}
        <button type="button" class="link" aria-label=${text.removeOf(name)} @click=${() => this.desk.shelf.remove(item)}>${text.remove}</button>
      </td>
    </tr>`;
  }

  private renderUnderWay(run: RunView, index: number) {
    const { own, format, words } = this;
    const { status, step, steps } = run;
    const loss = run.figure('validation_loss');
    const said = status === 'waiting' ? own.shelf.waitsForTurn : status === 'finished' ? own.shelf.trained : own.shelf.training(format.count(step), format.count(steps));
    return html`<tr data-state="training">
      <th scope="row">${runName(index, run.name)}</th>
      <td class="quiet">${said}</td>
      <td class="number quiet">${loss ? measured(words, run.name, 'validation_loss', loss) : '–'}</td>
      <td colspan="4"><progress max="1" value=${run.share} aria-label=${run.name}></progress></td>
    </tr>`;
  }

  private lossText(loss: number | null): string {
    return loss === null ? '–' : this.format.loss(loss);
  }

  /** Of a run that the page shows beside it, it is the same quantity there and here. */
  private lossOf(item: Item): string | TemplateResult {
    const { loss } = item;
    const run = this.runOf(item);
    return loss === null || run === null || !this.desk.shelf.isOfItsRun(item) ? this.lossText(loss) : quantity(run.name, 'validation_loss', loss, this.format.loss(loss));
  }

  /** The run that has trained it, if it is one of those that the page shows. */
  private runOf({ origin }: Item): RunView | null {
    const { view } = this.store.runner;
    if (!view || origin.kind !== 'run') return null;
    const { spec, runs } = view;
    if (this.keys?.spec !== spec) this.keys = { spec, of: spec.runs.map((_, run) => keyOf(spec, run)) };
    return runs[this.keys.of.indexOf(origin.key)] ?? null;
  }

  private gap(loss: number | null) {
    const { own, desk, format } = this;
    const { baseLoss } = desk.shelf;
    if (loss === null || baseLoss === null) return nothing;
    const gap = format.lossGap(loss, baseLoss);
    if (gap === format.loss(0)) return html`<small>${own.shelf.asTheBase}</small>`;
    return html`<small>${loss < baseLoss ? own.shelf.below(gap) : own.shelf.above(gap)}</small>`;
  }

  /** Where it comes from. */
  private from({ origin, shelved }: Item): string {
    const { own } = this;
    const text = own.shelf;
    if (origin.kind === 'mix') return text.mixed(own.mix.hows[origin.how].name);
    if (origin.kind === 'run') return text.ofBase(this.source(origin.config.data.corpus));
    const base = shelved?.entry.info?.base;
    return base ? [text.dropped, text.madeFor(this.source(base))].join(' · ') : text.dropped;
  }

  private source = (name: string): string => this.text.sources[name] ?? name.replace(/^file:/, '');

  /** A text of the engine with formats called as they are on the page. */
  private named = (said: string): string => said.replace(/\b(nf4|int8)\b/g, (kind) => this.words.option('fine_tuning.quantization', kind) ?? kind);

  private methodOf({ origin, shelved }: Item): string {
    const { method, info } = shelved!.entry;
    const name = this.words.option('fine_tuning.method', method) ?? info?.method ?? method;
    if (origin.kind !== 'run' || origin.config.fine_tuning.quantization === 'none') return name;
    return `${name} · ${this.words.option('fine_tuning.quantization', origin.config.fine_tuning.quantization)}`;
  }

  /** How large its method is, and how much of the model it changes. */
  private reach({ shelved }: Item): string {
    const { own, format } = this;
    const { info } = shelved!.entry;
    const text = own.shelf;
    if (!info) return '';
    const size = info.rank !== null && info.alpha !== null ? text.rankAlpha(format.plain(info.rank), format.plain(info.alpha)) : info.virtual_tokens !== null ? text.virtualTokens(format.count(info.virtual_tokens)) : '';
    const modules = info.modules.length > 0 ? text.moduleCount(format.count(info.modules.length)) : '';
    return [size, modules].filter(Boolean).join(' · ');
  }

  private async save(item: Item): Promise<void> {
    const files = await this.desk.shelf.files(item);
    if (files) saveAdapter(this.ownerDocument, files, this.store.clock);
  }

  private csv(): string {
    const { own, desk } = this;
    const text = own.shelf;
    return tableCsv(
      [text.adapter, text.method, text.loss(this.source(this.store.editor.spec.base.data.corpus)), text.parameters, `${text.memory} (B)`, `${text.file} (B)`],
      [
        [text.base, '', desk.shelf.baseLoss, null, null, null],
        ...desk.shelf.ready.map((item): [string, ...(string | number | null)[]] => {
          const { parameters, bytes, file_bytes } = item.shelved!.entry;
          return [item.name, this.methodOf(item), item.loss, parameters, bytes, file_bytes];
        }),
      ],
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-adapter-shelf': AdapterShelfFigure;
  }
}
