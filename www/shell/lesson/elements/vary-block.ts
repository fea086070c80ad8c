import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import '../../../kit/table/table';
import { tableStyles } from '../../../kit/table/table.css';
import { LabElement } from '../../elements/lab-element';
import { measured, quantityStyles } from '../../figures/quantity';
import { runName } from '../../figures/run-mark';
import type { ExperimentView } from '../../store/experiment-view';
import { MOST_RUNS } from '../../store/spec-editor';
import { metricName } from '../../text/values';
import type { Lesson, Variation } from '../lesson';
import { blocks } from './blocks.css';

/** Runs that are a click away, and all runs of the lesson side by side. */
@customElement('tinyai-vary-block')
export class VaryBlock extends LabElement {
  static override styles = [
    shared,
    tableStyles,
    quantityStyles,
    blocks,
    css`
      .variations {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr));
        gap: var(--space-3);
        padding-block: var(--space-3);
      }

      .variations button {
        padding: var(--space-3);
        border: 1px solid var(--rule-strong);
        border-radius: var(--corner);
        background: var(--raised);
        font-family: var(--serif);
        font-size: calc(1.08 * var(--unit));
        text-align: left;
      }

      .variations button:hover {
        border-color: var(--seal-ink);
      }

      .variations button[aria-disabled='true'] {
        border-color: var(--rule);
        background: none;
        color: var(--ink-2);
        cursor: default;
      }

      .variations small {
        display: block;
        color: var(--ink-2);
        font-family: var(--sans);
        font-size: var(--size-note);
      }

      tinyai-figure {
        padding-top: var(--space-4);
      }

      tbody th[scope='row'] {
        min-width: 7em;
        font-weight: 400;
      }

      /* On a phone the table moves sideways before its words break. */
      thead th {
        min-width: 5em;
      }

      td {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  override render() {
    const lesson = this.store.lessons?.current;
    if (!lesson) return nothing;
    const text = this.text.lesson.vary;
    const { runner } = this.store;
    const { view } = runner;
    const full = this.store.editor.spec.runs.length >= MOST_RUNS;
    return html`<section class=${view ? '' : 'screen-only'} aria-labelledby="heading">
      <h2 id="heading" tabindex="-1">${text.heading}</h2>
      <p class="lead screen-only">${full ? text.full(MOST_RUNS) : text.lead}</p>
      <div class="variations">${lesson.variations.map((variation) => this.renderVariation(variation))}</div>
      <button class=${lesson.variations.every((variation) => this.store.lessons!.has(variation)) ? 'plain' : 'primary'} aria-disabled=${runner.busy} @click=${() => void this.runAll(lesson)}>${text.runAll}</button>
      ${view ? this.renderStrip(lesson, view) : nothing}
    </section>`;
  }

  private renderVariation(variation: Variation) {
    const { language } = this.words;
    const { lessons, runner, editor } = this.store;
    const there = lessons!.has(variation);
    const closed = there || runner.busy || editor.spec.runs.length + lessons!.lacking(variation).length > MOST_RUNS;
    return html`<button aria-disabled=${closed} @click=${() => !closed && void this.vary(variation)}>
      ${variation.ask[language]}${there ? html`<small>${this.text.lesson.vary.added}</small>` : nothing}
    </button>`;
  }

  private async vary(variation: Variation): Promise<void> {
    if (this.store.lessons!.add(variation)) await this.store.run();
  }

  private async runAll({ variations }: Lesson): Promise<void> {
    if (this.store.runner.busy) return;
    for (const variation of variations) this.store.lessons!.add(variation);
    await this.store.run();
  }

  private renderStrip({ compared }: Lesson, view: ExperimentView) {
    const text = this.text.lesson.vary;
    return html`<tinyai-figure .number=${this.text.results.table(1)} .heading=${text.strip} .caption=${text.stripCaption}>
      <tinyai-table .label=${text.strip}>
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">${this.text.form.runs}</span></th>
              ${compared.map((metric) => html`<th scope="col" class="number">${metricName(this.words, metric)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${view.runs.map(
              (run, i) => html`<tr>
                <th scope="row">${runName(i, run.name)}</th>
                ${compared.map((metric) => {
                  const figure = run.ended ? run.figure(metric) : null;
                  return html`<td class="number">${figure ? measured(this.words, run.name, metric, figure) : '–'}</td>`;
                })}
              </tr>`,
            )}
          </tbody>
        </table>
      </tinyai-table>
    </tinyai-figure>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-vary-block': VaryBlock;
  }
}
